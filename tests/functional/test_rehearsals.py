"""Writes that the backend rehearses on the database on which PHP then carries them out."""

import asyncio
from pathlib import Path

import pytest

from tests.functional.rehearsals import Outcome, Recorded, rehearse, some_of_all

WRITE = Path(__file__).parent.parent / "recordings" / "write"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Some scenarios with each writing route, answering and refusing."""
    return asyncio.run(some_of_all(WRITE, tmp_path_factory.mktemp("rehearsals")))


@pytest.fixture(scope="module", params=["sqlite, ids apart, a second later", "mariadb"])
def outcome(
    request: pytest.FixtureRequest, recorded: Recorded, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """What came of them."""
    folder = tmp_path_factory.mktemp("rehearsal")
    if request.param == "mariadb":
        server: str = request.getfixturevalue("mariadb_server")
        return asyncio.run(rehearse(folder, recorded, server))
    return asyncio.run(rehearse(folder, recorded, f"sqlite:///{folder / 'one.db'}", lag=1.0, ahead=3))


def test_a_rehearsal_leaves_nothing_behind(outcome: Outcome) -> None:
    """No row of any table and no file is another one when legacy is asked."""
    assert outcome.left == []


def test_a_rehearsal_gets_the_verdict_of_the_write(outcome: Outcome) -> None:
    """Against what legacy then answers, also with other ids and another second."""
    assert outcome.other == []


def test_every_write_is_rehearsed_once(outcome: Outcome, recorded: Recorded) -> None:
    """On every route that writes."""
    assert outcome.came == {"answered": len(outcome.rehearsed)}
    assert {step.route for step in outcome.rehearsed} == recorded.routes


def test_later_ids_are_told_apart(outcome: Outcome) -> None:
    """Only where they are."""
    assert {step.recording for step in outcome.rehearsed if step.has_later_id} == outcome.shifted
