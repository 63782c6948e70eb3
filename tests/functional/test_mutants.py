"""Seeded faults: whatever is damaged in a right answer comes out, at the right path. The full size is `make prove`."""

import asyncio

import pytest

from proxy.recordings import Recording
from tests.functional.mutants import KINDS, Outcomes, damage, replayed

EVERY = 25
SEED = 20261122
EMPTY_FOR_PHP = "evaluation.evaluation-list-task-19-26-admin"
"""PHP finds nothing, an administrator does: the status of that is looked at, too."""


@pytest.fixture(scope="module")
def outcomes(sqlite_url: str) -> Outcomes:
    """Each kind of damage to every 25th answer of the corpus."""

    def some(recordings: list[Recording]) -> list[Recording]:
        return [*recordings[::EVERY], *(one for one in recordings if one.id == EMPTY_FOR_PHP)]

    differ, exchanges = asyncio.run(replayed(sqlite_url, some))
    return damage(differ, exchanges, SEED)


def test_no_right_answer_is_a_mismatch(outcomes: Outcomes) -> None:
    """Damage is not found where none is."""
    assert outcomes.wrong == []
    assert outcomes.answers > 150


def test_every_mutant_is_found_at_its_place(outcomes: Outcomes) -> None:
    """Or an entry of the registry says why the legacy side tells nothing there."""
    assert outcomes.survivors == []
    assert outcomes.total > 2000


def test_little_has_to_be_argued(outcomes: Outcomes) -> None:
    """Entries that excuse more would hide faults."""
    assert outcomes.share_argued < 0.02, outcomes.argued


def test_all_kinds_of_damage_were_done(outcomes: Outcomes) -> None:
    """None is listed for show."""
    assert set(outcomes.kinds) == {name for name, _ in KINDS}
    assert len(KINDS) >= 15
