"""The recorded legacy server answers as PHP did."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from diffing.model import Headers, Observation
from proxy.checking.inprocess import Application
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.recordings.recording import PLAYER, Recording, read_recordings
from proxy.recordings.server import Behaviour, InjectedFault, RecordedServer

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]
READ = Path(__file__).parent.parent.parent / "recordings" / "read"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.fixture(scope="module")
def gate() -> list[Recording]:
    """Odd paths, keys and methods."""
    return list(read_recordings([READ / "gate.jsonl.gz"]))


@pytest.fixture(scope="module")
def setups() -> list[Recording]:
    """Reads that are asked for by multipart POST among them."""
    return list(read_recordings([READ / "setup.jsonl.gz"]))


async def ask(
    server: RecordedServer, method: str, target: bytes, headers: Headers = (), body: bytes = b""
) -> Observation:
    """Ask a server in memory."""
    return await observe(Application(server), method, target, headers, body)


@pytest.mark.parametrize("name", ["gate", "setups"])
async def test_every_recording_is_answered_as_recorded(name: str, request: pytest.FixtureRequest) -> None:
    """Same method, path, query, key and form: same status and body."""
    recordings: list[Recording] = request.getfixturevalue(name)
    server = RecordedServer(recordings)
    wrong = []
    for item in recordings:
        sent = item.request
        found = await ask(server, sent.method, sent.target, sent.headers, sent.body)
        if (found.status, found.body) != (item.response.status, item.response.body):
            wrong.append(item.id)
        if found.header("server") != PLAYER:
            wrong.append(f"{item.id} is not marked as played")
    assert wrong == []


async def test_the_key_matters(gate: list[Recording]) -> None:
    """A private data set is answered to its owner and refused to strangers."""
    server = RecordedServer(gate)
    path = b"/api/v1/json/data/130"
    found = [await ask(server, "GET", path + query) for query in (b"", b"?api_key=ABC")]
    assert [item.status for item in found] == [412, 200]


async def test_form_fields_come_in_any_order() -> None:
    """The order of the fields and the spelling of their encoding do not matter."""
    [item] = [r for r in read_recordings([READ / "data.jsonl.gz"]) if b"qualities=" in r.request.body][:1]
    fields = item.request.body.split(b"&")
    swapped = b"&".join(reversed(fields)).replace(b"%2C", b"%2c")
    found = await ask(RecordedServer([item]), "POST", item.request.target, FORM, swapped)
    assert found.body == item.response.body


async def test_another_boundary_is_the_same_form(setups: list[Recording]) -> None:
    """A client's library makes its own boundary."""
    item = next(r for r in setups if b"openml-recording-boundary" in r.request.body)
    headers = (("Content-Type", "multipart/form-data; boundary=other"),)
    body = item.request.body.replace(b"openml-recording-boundary", b"other")
    found = await ask(RecordedServer([item]), "POST", item.request.target, headers, body)
    assert (found.status, found.body) == (item.response.status, item.response.body)


@pytest.mark.parametrize("body", [b"-- openml-recording-boundary\r\n\r\n", b"--other--", b"\xff"])
async def test_a_form_that_is_none_is_a_body(setups: list[Recording], body: bytes) -> None:
    """PHP was asked such ones, too; whoever sends the same bytes gets the same answer."""
    item = next(r for r in setups if b"openml-recording-boundary" in r.request.body)
    broken = replace(item, request=replace(item.request, body=body))
    server = RecordedServer([broken])
    found = await ask(server, "POST", item.request.target, item.request.headers, body)
    assert (found.status, found.body) == (item.response.status, item.response.body)
    assert (await ask(server, "POST", item.request.target, item.request.headers, b"-")).status == 404


async def test_an_unknown_path_says_what_is_recorded_nearby(gate: list[Recording]) -> None:
    """The 404 helps to find the right recording."""
    found = await ask(RecordedServer(gate), "GET", b"/api/v1/json/data/6199")
    document = orjson.loads(found.body)
    assert (found.status, found.header("parity-recorded")) == (404, "no")
    assert "/api/v1/json/data/61" in document["recorded_nearby"]


async def test_an_unknown_method_is_told_which_ones_are_recorded(gate: list[Recording]) -> None:
    """The path is there, the method is not."""
    found = await ask(RecordedServer(gate), "LINK", b"/api/v1/json/data/61?api_key=secret")
    document = orjson.loads(found.body)
    assert "the path is recorded (HEAD, " in document["detail"]
    assert "secret" not in document["detail"]


async def test_status_450_and_head_pass_a_real_server(gate: list[Recording], serve: Serve) -> None:
    """What PHP answered can be said over HTTP."""
    picked = {item.response.status: item for item in gate if item.request.method in ("GET", "HEAD")}
    head = next(item for item in gate if item.request.method == "HEAD" and item.response.status == 412)
    async with serve(RecordedServer(gate)) as url, Upstream(url) as side:
        for item in (*picked.values(), head):
            found = await observe(side, item.request.method, item.request.target, item.request.headers)
            assert (found.status, found.body) == (item.response.status, item.response.body)


FAULTS: list[tuple[InjectedFault, Any]] = [
    (InjectedFault.ERROR, (500, b"", None)),
    (InjectedFault.GARBAGE, (200, b'{"garbage": ', None)),
    (InjectedFault.HANG, (None, b"", "timeout")),
]


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
async def test_faults(gate: list[Recording], fault: InjectedFault, expected: Any) -> None:
    """The server misbehaves as told."""
    server = RecordedServer(gate, Behaviour(fault=fault))
    found = await observe(Application(server), "GET", b"/api/v1/json/data/61", deadline=0.05)
    assert (found.status, found.body, found.error) == expected


async def test_a_reset_breaks_the_connection(
    gate: list[Recording], serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The client sees half a body."""
    async with (
        serve(RecordedServer(gate, Behaviour(fault=InjectedFault.RESET))) as url,
        Upstream(url) as side,
    ):
        found = await observe(side, "GET", b"/api/v1/json/data/61")
    assert (found.error or "").startswith("connection")


async def test_faults_come_at_every_nth_request(gate: list[Recording]) -> None:
    """Which requests fail can be foreseen."""
    server = RecordedServer(gate, Behaviour(fault=InjectedFault.ERROR, every=2))
    statuses = [(await ask(server, "GET", b"/api/v1/json/data/61")).status for _ in range(4)]
    assert [status == 500 for status in statuses] == [False, True, False, True]


async def test_recorded_latency_is_kept(gate: list[Recording]) -> None:
    """An answer may take as long as it took."""
    item = next(r for r in gate if r.request.target == b"/api/v1/json/data/61" and r.request.method == "GET")
    started = asyncio.get_running_loop().time()
    await ask(RecordedServer([item], Behaviour(latency=None)), "GET", item.request.target)
    assert asyncio.get_running_loop().time() - started >= item.response.seconds
