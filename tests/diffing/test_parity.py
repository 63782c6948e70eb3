"""The one definition of parity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.model import UNDOCUMENTED, Outcome, SkipReason
from diffing.parity import BAD, FAILING, GOOD, Parity, parity, percent

VERDICTS = [*map(str, Outcome), *(f"skipped:{reason}" for reason in SkipReason), UNDOCUMENTED]


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("match", Parity(1, 0, 0)),
        ("explained", Parity(1, 0, 0)),
        ("legacy_error", Parity(1, 0, 0)),
        ("mismatch", Parity(0, 1, 0)),
        ("new_error", Parity(0, 1, 0)),
        ("legacy_error:undocumented", Parity(0, 1, 0)),
        ("both_error", Parity(0, 1, 0)),
        ("timeout", Parity(0, 1, 0)),
        ("skipped:write", Parity(0, 0, 1)),
        ("shed", Parity(0, 0, 1)),
        ("too_large", Parity(0, 0, 1)),
        ("too_expensive", Parity(0, 0, 1)),
    ],
)
def test_each_verdict_counts_once(verdict: str, expected: Parity) -> None:
    """For parity, against it, or against the coverage."""
    assert parity({verdict: 1}) == expected


def test_a_side_that_only_fails_has_no_parity() -> None:
    """Whether legacy answers or not."""
    assert parity({"new_error": 90, "both_error": 10}).share == 0.0


def test_nothing_judged_is_neither_good_nor_bad() -> None:
    """Parity is unknown, coverage is none."""
    assert (parity({}).share, parity({}).coverage) == (None, None)
    found = parity({"skipped:xml": 3, "shed": 1})
    assert (found.share, found.coverage) == (None, 0.0)


@given(st.dictionaries(st.sampled_from(VERDICTS), st.integers(0, 1000)))
def test_the_numbers_add_up(verdicts: dict[str, int]) -> None:
    """Each exchange is good, bad or not judged."""
    found = parity(verdicts)
    assert found.good + found.bad + found.unjudged == sum(verdicts.values())
    assert found.document()["parity"] == found.share


def test_what_counts_against_parity_has_a_cluster() -> None:
    """Nobody has to look at what is good."""
    assert set(BAD) < set(FAILING)
    assert set(GOOD).isdisjoint(FAILING)


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (None, 1, "–"),
        (0.0, 1, "0.0%"),
        (0.0001, 1, "<0.1%"),
        (0.9999, 1, "99.9%"),
        (1.0, 1, "100.0%"),
        (0.99999, 2, "99.99%"),
        (0.00001, 2, "<0.01%"),
    ],
)
def test_no_share_is_rounded_to_nothing_or_all(share: float | None, digits: int, text: str) -> None:
    """One in ten thousand is not none."""
    assert percent(share, digits) == text
