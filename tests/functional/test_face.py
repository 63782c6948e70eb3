"""The legacy face over all that was recorded, on both databases: answers and effects, without a normaliser."""

import asyncio
from pathlib import Path

import pytest

from config.routes import load_routes
from config.settings import DatabaseNames
from diffing.deviations import load_registry
from diffing.parity import FAILING
from proxy.check import CheckResult, InProcess, Limits, check
from proxy.checking.scenarios import ScenariosResult, check_scenarios
from proxy.checking.stage import Place
from proxy.reporting.operations_table import COLUMNS, operations_table
from proxy.tally import Tally

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
WRITE = ROOT / "tests" / "recordings" / "write"
NAMES = DatabaseNames("face_openml", "face_openml_expdb")

KNOWN_READS: dict[str, str] = {
    "live.6.7689": "PHP looks for the user before it dies of the score that there is not",
}
KNOWN_WRITES: dict[str, str] = {}


RESULTS: dict[str, CheckResult] = {}


def checked(url: str) -> CheckResult:
    """The result on a database; each is checked once."""
    if url not in RESULTS:
        files = CONFIG / "sample" / "files"
        side = InProcess(url, "https://openml.test/", "https://minio.openml.test/", files)
        RESULTS[url] = asyncio.run(check((READ,), side, CONFIG, limits=Limits(), dialect="legacy"))
    return RESULTS[url]


def test_reads_are_answered_as_php_answered(database_url: str) -> None:
    """Byte for byte, but for what a comparison of one dialect allows; crashes by what the registry says."""
    result = checked(database_url)
    failed = {one.recording.id for one in result.exchanges if one.comparison.verdict in FAILING}
    assert failed == set(KNOWN_READS)
    assert result.tally.totals.received == len(result.exchanges)
    assert result.tally.totals.compared > 3200


def test_the_table_of_operations_is_current(sqlite_url: str) -> None:
    """`parity deviations operations` writes it; test_corpus looks at what it says of the new API."""
    made = operations_table(load_routes(CONFIG), load_registry(CONFIG), Tally(), checked(sqlite_url).tally)
    kept = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert of_the_face(kept) == of_the_face(made)


def of_the_face(page: str) -> list[str]:
    """What the table of operations says of the legacy face."""
    first = COLUMNS.index("face compared") + 1
    found = ["|".join(line.split("|")[first:]) for line in page.splitlines() if line.startswith("| ")]
    return [*found, *(line for line in page.splitlines() if "legacy face**" in line)]


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
