"""One request and its answer, as ASGI has them and as they stand on the wire."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl

from proxy.inbound.cycle import REASON, Cycle
from proxy.runtime.listen import BrokenOff

pytestmark = pytest.mark.anyio
BODY = {"type": "http.response.body", "body": b"ok"}


class Wire(asyncio.Transport):
    """A connection whose other end is a list."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def close(self) -> None:
        self.closed = True


def cycle(version: str = "1.1", method: str = "GET", *, continues: bool = False) -> tuple[Cycle, Wire]:
    """A request without a body, and the connection that it came on."""
    wire = Wire()
    scope = {"http_version": version, "method": method}
    made = Cycle(scope, wire, FlowControl(wire), continues=continues, want=lambda: None, done=lambda: None)
    return made, wire


async def answered(version: str = "1.1", method: str = "GET", **start: Any) -> tuple[bytes, bool]:
    """What stands on the wire, and whether another request may follow."""
    made, wire = cycle(version, method)
    made.feed(b"", over=True)
    await made.send({"type": "http.response.start", "status": 200, **start})
    await made.send(BODY)
    return wire.sent, made.keep_alive


@pytest.mark.parametrize(
    ("version", "method", "start", "expected", "kept"),
    [
        (
            "1.1",
            "GET",
            {},
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            True,
        ),
        ("1.0", "GET", {}, b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nok", False),
        ("1.1", "HEAD", {}, b"HTTP/1.1 200 OK\r\n\r\n", True),
        ("1.1", "GET", {"status": 204}, b"HTTP/1.1 204 No Content\r\n\r\n", True),
        ("1.1", "GET", {"status": 299}, b"HTTP/1.1 299 \r\n", True),
        ("1.1", "GET", {REASON: b"Gr\xfcn"}, b"HTTP/1.1 200 Gr\xfcn\r\n", True),
        ("1.1", "GET", {REASON: b""}, b"HTTP/1.1 200 \r\n", True),
        ("1.1", "GET", {"headers": [(b"Content-Length", b"2")]}, b"content-length: 2\r\n\r\nok", True),
        ("1.1", "GET", {"headers": [(b"connection", b"close")]}, b"200 OK\r\nconnection: close\r\n", False),
    ],
)
async def test_an_answer_is_framed_for_its_client(
    version: str, method: str, start: dict[str, Any], expected: bytes, kept: bool
) -> None:
    """No chunks for HTTP/1.0, no body where there is none, the reason as it came."""
    sent, keep_alive = await answered(version, method, **start)
    assert expected in sent
    assert keep_alive is kept


@pytest.mark.parametrize(
    "start",
    [
        {"headers": [(b"content-length", b"1")]},
        {"headers": [(b"content-length", b"3")]},
        {"headers": [(b"a b", b"")]},
        {"headers": [(b"a", b"\x01")]},
        {"type": "http.response.body"},
    ],
)
async def test_what_is_no_answer_is_not_sent(start: dict[str, Any]) -> None:
    """Rather than on the wire it is an error."""
    with pytest.raises(RuntimeError):
        await answered(**{"type": "http.response.start", **start})


async def test_the_body_is_received_in_pieces_and_then_the_leaving() -> None:
    """As ASGI has it."""
    made, wire = cycle(continues=True)
    waiting = asyncio.ensure_future(made.receive())
    await asyncio.sleep(0)
    made.feed(b"a", over=False)
    assert await waiting == {"type": "http.request", "body": b"a", "more_body": True}
    made.feed(b"b", over=True)
    assert await made.receive() == {"type": "http.request", "body": b"b", "more_body": False}
    made.leave()
    assert await made.receive() == {"type": "http.disconnect"}
    assert wire.sent == b"HTTP/1.1 100 Continue\r\n\r\n"


async def test_an_application_that_fails_is_answered_for(caplog: pytest.LogCaptureFixture) -> None:
    """500, or the end of the connection within an answer; only what was not meant is logged."""

    async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError

    async def breaking(_scope: Scope, _receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 200}
        await send(start)
        raise BrokenOff

    async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    found = []
    for app in (failing, breaking, silent):
        made, wire = cycle()
        made.feed(b"", over=True)
        await made.run(app)
        found.append((wire.sent[:12], wire.closed))
    assert found == [(b"HTTP/1.1 500", False), (b"HTTP/1.1 200", True), (b"HTTP/1.1 500", False)]
    assert len(caplog.records) == 2
