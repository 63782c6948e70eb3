"""The legacy face over all that was recorded, on both databases: answers and effects, without a normaliser."""

import asyncio
from pathlib import Path

import pytest

from config.settings import DatabaseNames
from diffing.parity import FAILING
from proxy.check import InProcess, Limits, check
from proxy.checking.scenarios import ScenariosResult, check_scenarios
from proxy.checking.stage import Place

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
WRITE = ROOT / "tests" / "recordings" / "write"
NAMES = DatabaseNames("face_openml", "face_openml_expdb")

KNOWN_READS: dict[str, str] = {
    "live.6.7689": "PHP looks for the user before it dies of the score that there is not",
}
KNOWN_WRITES: dict[str, str] = {}


def test_reads_are_answered_as_php_answered(database_url: str) -> None:
    """Byte for byte, but for what a comparison of one dialect allows; crashes by what the registry says."""
    side = InProcess(
        database_url, "https://openml.test/", "https://minio.openml.test/", CONFIG / "sample" / "files"
    )
    result = asyncio.run(check((READ,), side, CONFIG, limits=Limits(), dialect="legacy"))
    failed = {one.recording.id for one in result.exchanges if one.comparison.verdict in FAILING}
    assert failed == set(KNOWN_READS)
    assert result.tally.totals.received == len(result.exchanges)
    assert result.tally.totals.compared > 3200


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ScenariosResult:
    """All scenarios played in PHP's dialect, once on each kind of database."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('face') / 'face.db'}"
        else:
            url = request.getfixturevalue("mariadb_server")
            patch.setenv("OPENML_DATABASE_NAMES_OPENML", NAMES.openml)
            patch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", NAMES.openml_expdb)
        place = Place(url, CONFIG / "sample")
        return asyncio.run(check_scenarios((WRITE,), place, CONFIG, limits=Limits(), dialect="legacy"))


def test_writes_are_answered_as_php_answered(played: ScenariosResult) -> None:
    """Also what the search index failed at, and what PHP said twice."""
    failed = {one.recording.id for one in played.exchanges if one.comparison.verdict in FAILING}
    assert failed == set(KNOWN_WRITES)


def test_writes_change_what_php_changed(played: ScenariosResult) -> None:
    """Rows and files; an error changes nothing."""
    assert [difference.document() for difference in played.effects.different] == []
