"""Bounds of a rate, against the textbook."""

import math

import pytest

from proxy.rollout.binomial import at_most, incomplete_beta, trials_without_failure, upper_bound


@pytest.mark.parametrize("trials", [30, 100, 300, 3000, 1_000_000])
def test_without_a_failure_it_is_the_rule_of_three(trials: int) -> None:
    """Exactly 1 - 0.05^(1/n), and that is 3/n within five per cent (Hanley and Lippman-Hand, JAMA 249, 1983)."""
    bound = upper_bound(0, trials)
    assert bound == pytest.approx(1 - 0.05 ** (1 / trials), rel=1e-6)
    assert bound == pytest.approx(3 / trials, rel=0.055)


@pytest.mark.parametrize(
    ("failures", "trials", "confidence", "bound"),
    [(1, 10, 0.95, 0.39416), (5, 20, 0.95, 0.45558), (1, 10, 0.975, 0.44502), (8, 10, 0.975, 0.97479)],
)
def test_exact_bounds_are_those_of_the_tables(
    failures: int, trials: int, confidence: float, bound: float
) -> None:
    """Clopper and Pearson; 0.975 one-sided is the upper end of the usual 95 % interval."""
    assert upper_bound(failures, trials, confidence) == pytest.approx(bound, abs=5e-6)


@pytest.mark.parametrize("trials", [1, 7, 40, 200])
def test_the_distribution_function_is_the_sum_of_its_terms(trials: int) -> None:
    """For every number of failures, at small and at large rates."""
    for rate in (0.001, 0.2, 0.5, 0.97):
        terms = [math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(trials + 1)]
        for failures in range(trials):
            assert at_most(failures, trials, rate) == pytest.approx(sum(terms[: failures + 1]), abs=1e-12)


@pytest.mark.parametrize(("failures", "trials"), [(0, 0), (5, 5)])
def test_nothing_is_ruled_out_where_nothing_speaks_against_it(failures: int, trials: int) -> None:
    """No trial, or failures only."""
    assert upper_bound(failures, trials) == 1.0


def test_more_failures_than_trials_are_refused() -> None:
    """They would be a fault of the counting."""
    with pytest.raises(ValueError, match="3 of 2"):
        upper_bound(3, 2)


@pytest.mark.parametrize(("x", "value"), [(0.0, 0.0), (1.0, 1.0)])
def test_the_beta_function_ends_at_0_and_1(x: float, value: float) -> None:
    """Where its fraction has no value."""
    assert incomplete_beta(2, 3, x) == value


@pytest.mark.parametrize(("rate", "trials"), [(0.01, 299), (0.001, 2995), (0.0, 0), (1.0, 0)])
def test_trials_without_a_failure(rate: float, trials: int) -> None:
    """One fewer does not bound the rate."""
    assert trials_without_failure(rate) == trials
    if trials:
        assert upper_bound(0, trials) <= rate < upper_bound(0, trials - 1)
