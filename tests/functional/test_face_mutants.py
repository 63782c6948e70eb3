"""Seeded faults in PHP's dialect: whatever is damaged comes out. The full size is `make prove`."""

import asyncio

import pytest

from tests.functional import face_damage
from tests.functional.face_mutants import Outcomes, damage, pairs

EVERY = 30
SEED = 20261129


@pytest.fixture(scope="module")
def outcomes(sqlite_url: str) -> Outcomes:
    """Each kind of damage to every 30th answer."""
    return damage(asyncio.run(pairs(sqlite_url, lambda recordings: recordings[::EVERY])), SEED)


def test_every_mutant_is_found(outcomes: Outcomes) -> None:
    """Or order, choice, white space or what differs from call to call allow it."""
    assert outcomes.survivors == []
    assert outcomes.answers > 200
    assert outcomes.kinds.total() > 2000


def test_little_has_to_be_argued(outcomes: Outcomes) -> None:
    """More would hide faults."""
    assert outcomes.argued.total() < 0.05 * outcomes.kinds.total(), outcomes.argued


def test_all_kinds_of_damage_were_done(outcomes: Outcomes) -> None:
    """None is listed for show."""
    missing = {name for name, _ in face_damage.KINDS} - set(outcomes.kinds)
    assert missing <= {"unescaped letter"}
