"""The values that comparing works on."""

import pytest

from diffing.model import RULES_ONLY, Comparison, FollowUp, Observation, Outcome, SkipReason


def test_a_skip_carries_its_reason() -> None:
    """`skipped` alone says nothing."""
    assert Comparison(Outcome.SKIPPED, SkipReason.XML).verdict == "skipped:xml"


def test_a_comparison_that_needs_an_answer_is_pending() -> None:
    """It has no verdict yet."""
    assert Comparison(None, follow_up=FollowUp.NEW_GET).verdict == "pending"


def test_header_names_ignore_case() -> None:
    """RFC 9110 section 5.1."""
    assert Observation(200, (("Content-TYPE", "a"),), b"").header("content-type") == "a"


@pytest.mark.parametrize(
    ("outcome", "deviations", "hits"),
    [
        (Outcome.EXPLAINED, ("rule-type", "rule-list"), {"rule-type", "rule-list", RULES_ONLY}),
        (Outcome.EXPLAINED, ("rule-type", "task-name-name"), {"rule-type", "task-name-name"}),
        (Outcome.MISMATCH, ("rule-type",), {"rule-type"}),
        (Outcome.MATCH, (), set()),
    ],
)
def test_what_rules_alone_explain_is_counted_apart(
    outcome: Outcome, deviations: tuple[str, ...], hits: set[str]
) -> None:
    """Beside the rules and entries themselves."""
    assert Comparison(outcome, deviations=deviations).hits == hits
