"""Further answers: what is there is used, what is not is asked for."""

import pytest

from diffing.further import Needed, Sources, wanted
from diffing.model import Comparison, FollowUp, Observation, Outcome

ANSWER = Observation(200, (), b"{}")


def test_an_answer_that_is_there_is_used() -> None:
    """By whom it was asked of, and for which path."""
    sources = Sources({(FollowUp.PREMISE, "/tasks/9"): ANSWER})
    assert sources.answer(FollowUp.PREMISE, "/tasks/9") is ANSWER


@pytest.mark.parametrize("further", [(FollowUp.PREMISE, "/tasks/8"), (FollowUp.STRANGER, "/tasks/9")])
def test_one_that_is_not_is_asked_for(further: tuple[FollowUp, str]) -> None:
    """The comparison says which."""
    sources = Sources({(FollowUp.PREMISE, "/tasks/9"): ANSWER})
    with pytest.raises(Needed) as needed:
        sources.answer(*further)
    assert wanted(needed.value.comparison) == further


def test_a_comparison_that_is_over_needs_nothing() -> None:
    """It has an outcome."""
    assert wanted(Comparison(Outcome.MATCH)) is None
