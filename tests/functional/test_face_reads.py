"""The legacy face over all recorded reads, without a normaliser; on MariaDB a part: all are in `make prove`."""

import asyncio
from pathlib import Path

import pytest

from config.routes import load_routes
from diffing.deviations import load_registry
from proxy.checking.check import CheckResult
from proxy.compare.tally import Tally
from proxy.reporting.operations_table import COLUMNS, operations_table
from tests.functional.faces import CONFIG, READ, ROOT, failed, part, reads

EVERY = 8


@pytest.fixture(scope="module")
def result(sqlite_url: str) -> CheckResult:
    """All recorded reads."""
    return asyncio.run(reads(READ, sqlite_url))


def test_reads_are_answered_as_php_answered(result: CheckResult) -> None:
    """Byte for byte, but for what a comparison of one dialect allows; crashes by what the registry says."""
    assert failed(result) == []
    assert result.tally.totals.received == len(result.exchanges) > 7000
    assert result.tally.totals.compared > 0.98 * len(result.exchanges)
    assert result.breaches == ()


def test_reads_on_mariadb_are_answered_as_php_answered(mariadb_url: str, tmp_path: Path) -> None:
    """The database server is another one, not the answers."""
    result = asyncio.run(reads(part(READ, tmp_path, EVERY), mariadb_url))
    assert failed(result) == []
    assert len(result.exchanges) > 900


def test_the_table_of_operations_is_current(result: CheckResult) -> None:
    """`parity deviations operations` writes it; test_corpus looks at what it says of the new API."""
    made = operations_table(load_routes(CONFIG), load_registry(CONFIG), Tally(), result.tally)
    kept = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert of_the_face(kept) == of_the_face(made)


def of_the_face(page: str) -> list[str]:
    """What the table of operations says of the legacy face."""
    first = COLUMNS.index("face compared") + 1
    found = ["|".join(line.split("|")[first:]) for line in page.splitlines() if line.startswith("| ")]
    return [*found, *(line for line in page.splitlines() if "legacy face**" in line)]
