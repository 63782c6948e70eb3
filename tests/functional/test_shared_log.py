"""Many replicas write one diff log on MariaDB, and their totals add up."""

import asyncio

import pytest
from sqlalchemy import text

from proxy.ledger import Ledger
from proxy.record import Recorder, open_log
from proxy.report import read_report

pytestmark = pytest.mark.anyio


async def test_replicas_that_start_together_share_a_log(mariadb_server: str) -> None:
    """Also when none of its tables is there yet."""
    url = f"{mariadb_server.rstrip('/')}/parity_log"
    server = open_log(mariadb_server)
    async with server.begin() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS parity_log"))
        await connection.execute(text("CREATE DATABASE parity_log"))
    await server.dispose()
    recorders = [Recorder(open_log(url), Ledger(received=3, refused=3)) for _ in range(4)]
    await asyncio.gather(*(recorder.open() for recorder in recorders))
    await asyncio.gather(*(recorder.aclose() for recorder in recorders))
    report = await read_report(url)
    assert (report.ledgers.received, report.ledgers.refused) == (12, 12)
