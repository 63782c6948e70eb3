"""The values that comparing works on."""

from diffing.model import Comparison, FollowUp, Observation, Outcome, SkipReason


def test_a_skip_carries_its_reason() -> None:
    """`skipped` alone says nothing."""
    assert Comparison(Outcome.SKIPPED, SkipReason.XML).verdict == "skipped:xml"


def test_a_comparison_that_needs_an_answer_is_pending() -> None:
    """It has no verdict yet."""
    assert Comparison(None, follow_up=FollowUp.NEW_GET).verdict == "pending"


def test_header_names_ignore_case() -> None:
    """RFC 9110 section 5.1."""
    assert Observation(200, (("Content-TYPE", "a"),), b"").header("content-type") == "a"
