"""Seeded faults: whatever is damaged in a right answer comes out, at the right path. The full size is `make prove`."""

import asyncio

import pytest

from proxy.recordings.recording import Recording
from tests.functional.mutants import (
    ANOTHER_CHOICE,
    BLANKS,
    HELD,
    HIDDEN,
    KINDS,
    NOTHING_TOLD,
    Outcomes,
    damage,
    replayed,
)

EVERY = 25
SEED = 20261122
EMPTY_FOR_PHP = "evaluation.evaluation-list-task-19-26-admin"
"""PHP finds nothing, an administrator does: the status of that is looked at, too."""
OF_SCHEMA = "study-private-for-administrators"
"""PHP refuses what the new side answers: there is nothing but the schema."""
OF_AN_ALIAS = ("live.1.341", "live.1.2808", "live.2.3716")
"""Studies that are asked for by their alias."""


@pytest.fixture(scope="module")
def outcomes(sqlite_url: str) -> Outcomes:
    """Each kind of damage to every 25th answer of the corpus."""

    def some(recordings: list[Recording]) -> list[Recording]:
        return [*recordings[::EVERY], *(one for one in recordings if one.id == EMPTY_FOR_PHP)]

    differ, exchanges = asyncio.run(replayed(sqlite_url, some))
    return damage(differ, exchanges, SEED)


@pytest.fixture(scope="module")
def without_php(sqlite_url: str) -> Outcomes:
    """Damage to all answers where PHP died and said nothing, and to studies that are asked for by their alias."""

    def some(recordings: list[Recording]) -> list[Recording]:
        return [one for one in recordings if dead(one) or one.id in OF_AN_ALIAS]

    def dead(one: Recording) -> bool:
        return one.response.status == 500 and not one.response.body

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


def test_what_the_request_names_is_found_where_php_said_nothing(without_php: Outcomes) -> None:
    """Another thing, another alias, a row that was not asked for, a row twice."""
    assert without_php.survivors == []
    assert without_php.kinds.keys() >= HELD


def test_little_has_to_be_argued(outcomes: Outcomes) -> None:
    """Entries that excuse more would hide faults."""
    assert outcomes.share_argued < 0.02, outcomes.argued


def test_what_is_argued_has_a_named_reason(outcomes: Outcomes, without_php: Outcomes) -> None:
    """Of a skipped exchange, the reason why it is skipped."""
    named = {NOTHING_TOLD, ANOTHER_CHOICE, *BLANKS, HIDDEN, OF_SCHEMA}
    argued = {*outcomes.argued, *without_php.argued}
    assert {reason for reason in argued if not reason.startswith("skipped:")} <= named


def test_all_kinds_of_damage_were_done(outcomes: Outcomes, without_php: Outcomes) -> None:
    """None is listed for show."""
    assert {*outcomes.kinds, *without_php.kinds} == {name for name, _ in KINDS}
    assert len(KINDS) >= 15
