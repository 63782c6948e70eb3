"""PHP's documents of scores."""

from datetime import date

from backend.gamification import legacy
from backend.gamification.queries import Counts
from backend.gamification.windows import Window
from backend.legacy.tree import to_json

ALL = Window("2013-1-1", None)


def test_scores_are_written_as_numbers_of_php() -> None:
    """A whole number has no fraction."""
    counts: Counts = {("uploads", None): 2, ("likes", None): 3, ("downloads", None): 1}
    assert to_json(legacy.activity(counts, ALL)) == (
        b'{"activity-progress":{"progresspart":{"activity":"4","uploads":"2","likes":"3","downloads":"1",'
        b'"date":"2013-1-1"}}}'
    )
    assert b'"activity":"0.5"' in to_json(legacy.activity({("likes", None): 1}, ALL))


def test_days_are_parts() -> None:
    """One after the other."""
    days = Window("", date(2026, 11, 1), date(2026, 11, 3), per_day=True)
    made = to_json(legacy.reach({}, days))
    assert made.startswith(b'{"reach-progress":{"progresspart":[{"reach":"0","likes":"0","downloads":"0",')
    assert b'"date":"Sunday 2026-11-01"' in made


def test_impact() -> None:
    """Its recursive part is always 0."""
    assert to_json(legacy.impact({("reuse", None): 2, ("reach", None): 3}, ALL)) == (
        b'{"impact-progress":{"progresspart":{"impact":"3","reuse":"2","reuse_reach":"3","recursive_impact":"0",'
        b'"date":"2013-1-1"}}}'
    )
