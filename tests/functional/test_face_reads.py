"""The legacy face over all recorded reads, without a normaliser; on MariaDB a part: all are in `make prove`."""

import asyncio
from pathlib import Path

from tests.functional.faces import READ, failed, part, reads

EVERY = 8


def test_reads_are_answered_as_php_answered(sqlite_url: str) -> None:
    """Byte for byte, but for what a comparison of one dialect allows; crashes by what the registry says."""
    result = asyncio.run(reads(READ, sqlite_url))
    assert failed(result) == []
    assert result.tally.totals.received == len(result.exchanges) > 7000
    assert result.tally.totals.compared > 0.98 * len(result.exchanges)
    assert result.breaches == ()


def test_reads_on_mariadb_are_answered_as_php_answered(mariadb_url: str, tmp_path: Path) -> None:
    """The database server is another one, not the answers."""
    result = asyncio.run(reads(part(READ, tmp_path, EVERY), mariadb_url))
    assert failed(result) == []
    assert len(result.exchanges) > 900
