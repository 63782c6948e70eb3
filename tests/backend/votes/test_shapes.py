"""Documents of votes."""

from backend.votes import shapes


def test_no_downvote_is_minus_one() -> None:
    """PHP's number for none."""
    assert shapes.reason_check(None) == {"key": "Reason id", "value": -1}


def test_a_like_is_there_or_not() -> None:
    """A boolean, not PHP's 1 or nothing."""
    assert shapes.check(True) == {"key": "Exists", "value": True}
