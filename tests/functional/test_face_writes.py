"""The legacy face over all recorded writes: answers and effects; on MariaDB a part: all are in `make prove`."""

import asyncio
from pathlib import Path

import pytest

from proxy.checking.scenarios import ScenariosResult
from tests.functional.faces import WRITE, failed, part, writes

EVERY = 8


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ScenariosResult:
    """The scenarios played in PHP's dialect, once on each kind of database."""
    folder: Path = tmp_path_factory.mktemp("face")
    if request.param == "sqlite":
        return asyncio.run(writes(WRITE, f"sqlite:///{folder / 'face.db'}"))
    with pytest.MonkeyPatch.context() as patch:
        url: str = request.getfixturevalue("mariadb_server")
        patch.setenv("OPENML_DATABASE_NAMES_OPENML", "face_openml")
        patch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", "face_openml_expdb")
        return asyncio.run(writes(part(WRITE, folder, EVERY), url))


def test_writes_are_answered_as_php_answered(played: ScenariosResult) -> None:
    """Also what the search index failed at, and what PHP said twice; the rest is not implemented."""
    assert failed(played) == []
    totals = played.check.tally.totals
    assert totals.received > 300
    assert totals.compared > 0.9 * totals.received
    assert sum(totals.skipped.values()) <= 0.01 * totals.received


def test_writes_change_what_php_changed(played: ScenariosResult) -> None:
    """Rows and files; an error changes nothing."""
    assert [difference.document() for difference in played.effects.different] == []
