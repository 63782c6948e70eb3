"""Recording from a live legacy server: what it answered, in order, without keys."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from proxy.checking.check import CheckError
from proxy.checking.live import LiveOptions
from proxy.checking.record import Recorded, record_live
from proxy.recordings.caller_keys import CallerKeys
from proxy.recordings.recording import Recording, read_recordings
from proxy.recordings.request_lines import read_requests
from proxy.recordings.server import RecordedServer

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
FILES = ("tasktype", "evaluationmeasure", "user", "study", "flow", "download")
KEYS = {
    "admin": "AD000000000000000000000000000000",
    "user2": "00000000000000000000000000000000",
    "readonly": "5EAD0000000000000000000000000000",
    "nogroup": "87400000000000000000000000000000",
    "user16": "DA1A0000000000000000000000000000",
    "user402": "40200000000000000000000000000000",
    "bad": "bad",
}
Serve = Callable[..., AbstractAsyncContextManager[str]]


def told(recording: Recording) -> Recording:
    """A recording without what differs between two of the same: how long it took, and the case of names."""
    headers = tuple((name.lower(), value) for name, value in recording.response.headers)
    return replace(recording, response=replace(recording.response, headers=headers, seconds=0))


async def recorded(
    legacy: str,
    requests: list[Recording],
    out: Path,
    *,
    keys: dict[str, str] | None = None,
    writes: bool = False,
) -> Recorded:
    """Record into a file."""
    return await record_live(
        requests, legacy, out, CONFIG, asking=LiveOptions(writes=writes), keys=CallerKeys(keys or {})
    )


async def test_what_is_recorded_equals_the_recordings_that_were_played(serve: Serve, tmp_path: Path) -> None:
    """Requests, answers, callers, flags and order; no key is in the file."""
    played = list(read_recordings(READ / f"{name}.jsonl.gz" for name in FILES))
    played = [item for item in played if item.request.target.isascii()]
    out = tmp_path / "again.jsonl"
    async with serve(RecordedServer(played)) as legacy:
        found = await recorded(legacy, played, out, keys=KEYS, writes=True)
    assert found == Recorded(len(played), 0, 0)
    keys = CallerKeys(KEYS)
    again = [told(keys.resolved(item)) for item in read_recordings([out])]
    assert again == [told(item) for item in played]
    text = out.read_bytes()
    assert [name for name, key in KEYS.items() if len(key) > 3 and key.encode() in text] == []


LINES = """
GET /api/v1/json/tasktype/1
GET /api/v1/json/data/1?api_key=0123456789abcdef0123456789abcdef
DELETE /api/v1/json/data/1
GET /nothing
"""


class Php:
    """A legacy server that gives away more than a recording should hold."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/nothing":
            answer = Response(b"<p>at /home/www</p>", 404, media_type="text/html")
        else:
            answer = Response(b'{"task_type":{}}', media_type="application/json")
        answer.set_cookie("session", "secret")
        answer.headers["Server"] = "Apache"
        await answer(scope, receive, send)


@pytest.fixture
async def plain(serve: Serve, tmp_path: Path) -> tuple[Recorded, list[Recording], str]:
    """Plain lines recorded: the counts, the recordings, the text of the file."""
    file, out = tmp_path / "requests.txt", tmp_path / "mine.jsonl"
    file.write_text(LINES)
    async with serve(Php()) as legacy:
        found = await recorded(legacy, read_requests(file, legacy), out)
    return found, list(read_recordings([out])), out.read_text()


async def test_plain_lines_are_recorded(plain: tuple[Recorded, list[Recording], str]) -> None:
    """Each with a name, its endpoint and who asked; writes are not sent."""
    counts, found, _ = plain
    assert counts == Recorded(3, 1, 0)
    assert [(item.id, item.endpoint, item.caller) for item in found] == [
        ("mine.000001", "tasktype/{task_type_id:number}", "none"),
        ("mine.000002", "data/{dataset_id:number}", "user"),
        ("mine.000003", "", "none"),
    ]


async def test_no_secret_is_written(plain: tuple[Recorded, list[Recording], str]) -> None:
    """Neither key nor cookie nor what the server tells of itself nor a page of its framework."""
    text = plain[2]
    assert [word for word in ("0123456789abcdef", "secret", "Apache", "/home/www") if word in text] == []
    assert "KEY_OF_user~" in text


async def test_a_page_is_kept_without_its_body(plain: tuple[Recorded, list[Recording], str]) -> None:
    """And says so, as recordings do."""
    page = plain[1][2]
    assert (page.response.status, page.response.body, page.body_dropped) == (404, b"", True)


async def test_what_is_not_answered_is_counted(
    raw: Callable[..., AbstractAsyncContextManager[str]], tmp_path: Path
) -> None:
    """And not written."""

    async def handler(reader: object, writer: object) -> None:
        line = await reader.readline()  # type: ignore[attr-defined]  # an asyncio stream
        if line.startswith(b"GET / "):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")  # type: ignore[attr-defined]  # likewise

    file, out = tmp_path / "requests.txt", tmp_path / "mine.jsonl"
    file.write_text("GET /api/v1/json/data/1\n")
    async with raw(handler) as legacy:
        assert await recorded(legacy, read_requests(file, legacy), out) == Recorded(0, 0, 1)
    assert out.read_bytes() == b""


async def test_a_file_that_cannot_be_written_is_told(serve: Serve, tmp_path: Path) -> None:
    """Nothing half is left."""
    async with serve(Php()) as legacy:
        with pytest.raises(CheckError, match="cannot be written"):
            await recorded(legacy, [], tmp_path / "nothing" / "out.jsonl")


async def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    """And the file of an earlier recording stays."""
    out = tmp_path / "out.jsonl"
    out.write_text("earlier")
    with pytest.raises(CheckError, match="does not answer"):
        await recorded("http://127.0.0.1:1", [], out)
    assert out.read_text() == "earlier"
