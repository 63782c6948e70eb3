"""One line per request, without secrets, and an id that goes through."""

import os
from pathlib import Path

import orjson
import pytest
from starlette.types import Message

from proxy.inbound.access_log import AccessLog, AccessRecord

pytestmark = pytest.mark.anyio


async def sent(record: AccessRecord, sink: list[Message]) -> None:
    """Send a small answer."""
    await record.send(
        {"type": "http.response.start", "status": 200, "headers": [(b"x-request-id", b"side's")]}
    )
    await record.send({"type": "http.response.body", "body": b"12345"})


def collecting() -> tuple[list[Message], object]:
    """ASGI's send that keeps what it gets."""
    kept: list[Message] = []

    async def send(message: Message) -> None:
        kept.append(message)

    return kept, send


@pytest.mark.parametrize(
    ("given", "kept"), [(b"abc-1", True), (b"a b", False), (b"", False), (b"x" * 200, False)]
)
async def test_a_request_keeps_its_id_when_it_has_one(given: bytes, kept: bool) -> None:
    """Else it gets one; the client sees it either way."""
    messages, send = collecting()
    record = AccessRecord("GET", b"/", given, send)  # type: ignore[arg-type]  # it is a Send
    await sent(record, messages)
    assert (record.id == given) is kept
    assert messages[0]["headers"] == [(b"x-request-id", record.id)]


async def test_a_line_tells_what_happened_and_no_secret(tmp_path: Path) -> None:
    """As JSON."""
    messages, send = collecting()
    record = AccessRecord("GET", b"/data/1?api_key=SECRET&a=b", None, send)  # type: ignore[arg-type]  # it is a Send
    await sent(record, messages)
    record.facts["route"] = "dataset.get"
    log = AccessLog(str(tmp_path / "access.log"))
    log.add(record, "192.0.2.1")
    log.close()
    [line] = (tmp_path / "access.log").read_bytes().splitlines()
    found = orjson.loads(line)
    assert b"SECRET" not in line
    assert (found["status"], found["bytes"], found["route"], found["client"]) == (
        200,
        5,
        "dataset.get",
        "192.0.2.1",
    )
    assert found["id"] == record.id.decode()


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """What is lost is counted."""
    _, send = collecting()
    log = AccessLog(str(tmp_path / "none" / "access.log"))
    log.add(AccessRecord("GET", b"/", None, send), "")  # type: ignore[arg-type]  # it is a Send
    log.close()
    assert log.dropped == 1


def test_lines_that_wait_are_bounded(tmp_path: Path) -> None:
    """By what they hold together, when the disk does not take them."""
    place = tmp_path / "pipe"
    os.mkfifo(place)
    _, send = collecting()
    log = AccessLog(str(place))
    for _ in range(1100):
        log.add(AccessRecord("GET", b"/" + b"x" * 16_000, None, send), "")  # type: ignore[arg-type]  # it is a Send
    assert 0 < log.dropped < 200
    reader = os.open(place, os.O_RDONLY)
    try:
        assert os.read(reader, 10)
    finally:
        os.close(reader)
