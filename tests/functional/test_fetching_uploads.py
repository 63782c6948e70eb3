"""Uploads that fetch a file from elsewhere keep nothing from those who read: real servers and sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest

from backend.database.connections import Database
from backend.fetching import PLACES
from tests.backend.conftest import KEYS
from tests.functional.backends import backend_on
from tests.functional.evidence import evidence, kind_of
from tests.functional.locks import PROVE

pytestmark = pytest.mark.anyio

Serving = Callable[..., AbstractContextManager[Any]]

UPLOADS = 40
ROUNDS = 5 if PROVE else 1
KIB = 1024
MIB = 1024 * KIB
SLOW_SECONDS = 2.0
LONGER = 0.05 if PROVE else 1.5
"""Seconds by which a read may take longer; a busy machine is given more in ``make test``."""
MOST_ALONE = 100_000 if PROVE else 100
DESCRIPTION = (
    '<oml:data_set_description xmlns:oml="http://openml.org/openml"><oml:name>far-{number}</oml:name>'
    "<oml:description>Far away.</oml:description><oml:format>ARFF</oml:format><oml:url>{url}</oml:url>"
    "</oml:data_set_description>"
)


@pytest.fixture
def backend(scratch_database: Database, sample: Path, tmp_path: Path, serving: Serving) -> Iterator[Any]:
    """A backend that may fetch from this machine."""
    with backend_on(
        scratch_database, sample, tmp_path / "root", serving, OPENML_PRIVATE_URLS="true"
    ) as server:
        yield server


class _Uploads:
    """Uploads that are ready to be sent: making them takes longer than the reads that are measured. ``url``: of the
    backend.
    """

    def __init__(self, url: str, descriptions: Iterable[str]) -> None:
        self._url = url
        self._requests = [self._request(description) for description in descriptions]
        self._connections: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def connect(self) -> None:
        """Open a connection for each."""
        host, _, port = self._url.removeprefix("http://").partition(":")
        for _ in self._requests:
            self._connections.append(await asyncio.open_connection(host, int(port)))

    def send(self) -> list[asyncio.Task[int]]:
        """Send all at once; gives those who wait for the statuses."""
        for (_, writer), request in zip(self._connections, self._requests, strict=True):
            writer.write(request)
        return [asyncio.create_task(_status(*connection)) for connection in self._connections]

    def _request(self, description: str) -> bytes:
        made = httpx.Request("POST", self._url, files={"description": ("d.xml", description.encode())})
        body = made.read()
        head = (
            f"POST /datasets?api_key={KEYS['writer']} HTTP/1.1\r\nHost: backend.test\r\n"
            f"Content-Type: {made.headers['content-type']}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def _status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    head = await reader.readuntil(b"\r\n")
    writer.close()
    return int(head.split()[1])


async def _read(client: httpx.AsyncClient) -> float:
    """How long one read takes."""
    started = time.monotonic()
    answer = await client.get("/datasets/61")
    took = time.monotonic() - started
    assert answer.status_code == 200
    await asyncio.sleep(0.005)
    return took


@pytest.mark.parametrize(
    ("what", "seconds", "length"),
    [("a slow server", SLOW_SECONDS, 64 * KIB), ("a fast server", 0.0, (16 if PROVE else 2) * MIB)],
)
async def test_uploads_that_fetch_delay_no_read(
    backend: Any, serving: Serving, scratch_database: Database, what: str, seconds: float, length: int
) -> None:
    """A few are fetched at a time, all are stored, and who reads meanwhile waits no longer than without them."""
    beside: list[list[float]] = []
    alone: list[list[float]] = []
    with serving("tests.functional.elsewhere", str(seconds), str(length)) as server:
        async with httpx.AsyncClient(base_url=backend.url, timeout=60, trust_env=False) as reading:
            await _read(reading)
            for turn in range(ROUNDS):
                numbers = range(turn * UPLOADS, (turn + 1) * UPLOADS)
                ready = _Uploads(
                    backend.url, [DESCRIPTION.format(number=one, url=server.url) for one in numbers]
                )
                await ready.connect()
                uploads = ready.send()
                took = []
                while not all(upload.done() for upload in uploads):
                    took.append(await _read(reading))
                beside.append(took)
                assert {upload.result() for upload in uploads} == {200}
                alone.append([await _read(reading) for _ in took[:MOST_ALONE]])
            most = int((await reading.get(f"{server.url}/most")).text)
    # The slowest read of as many; the machine has its moments with and without.
    longer = [max(one) - max(other) for one, other in zip(beside, alone, strict=True)]
    medians = [median(one) - median(other) for one, other in zip(beside, alone, strict=True)]
    evidence(
        f"{kind_of(scratch_database)}, {UPLOADS} uploads that fetch {length // KIB} KiB from {what}, "
        f"{sum(map(len, beside))} reads beside them in {ROUNDS} rounds: the slowest read of a round takes "
        f"{_milliseconds(longer)} longer than without them, the median read {_milliseconds(medians)}"
    )
    assert 1 <= most <= PLACES
    assert median(longer if PROVE else medians) < LONGER


def _milliseconds(seconds: list[float]) -> str:
    return f"{', '.join(f'{one * 1000:.0f}' for one in sorted(seconds))} ms"
