"""Files that do not lie in a folder of this machine, as any storage gives them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from backend.files.remote import send_remote, send_remote_csv
from backend.problems import Problem
from backend.storage.local import LocalStorage

pytestmark = pytest.mark.anyio

ARFF = b"@relation r\n@attribute a numeric\n@DATA\n1\n2\n"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Asks for the files of a storage."""
    (tmp_path / "a.arff").write_bytes(ARFF)
    (tmp_path / "abc").write_bytes(b"abcdef")
    storage = LocalStorage(tmp_path)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix("/")
        try:
            if scope["query_string"]:
                answer = await send_remote_csv(storage, name, ["a"])
            else:
                answer = await send_remote(Request(scope), storage, name, "text/plain", "md5")
        except Problem as problem:
            answer = PlainTextResponse(problem.slug, 416, problem.headers)
        await (answer or PlainTextResponse("none", 404))(scope, receive, send)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://files.test") as opened:
        yield opened


async def test_a_whole_file(client: httpx.AsyncClient) -> None:
    """With its length, type and entity tag."""
    answer = await client.get("/abc")
    assert (answer.status_code, answer.content) == (200, b"abcdef")
    assert answer.headers["content-length"] == "6"
    assert answer.headers["content-type"] == "text/plain;charset=UTF-8"
    assert answer.headers["etag"] == '"md5"'


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-1", b"ab", "bytes 0-1/6"),
        ("bytes=4-", b"ef", "bytes 4-5/6"),
        ("bytes=4-99", b"ef", "bytes 4-5/6"),
        ("bytes=-2", b"ef", "bytes 4-5/6"),
        ("bytes=-99", b"abcdef", "bytes 0-5/6"),
    ],
)
async def test_one_range(client: httpx.AsyncClient, asked: str, content: bytes, told: str) -> None:
    """It says which it is."""
    answer = await client.get("/abc", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, content)
    assert (answer.headers["content-range"], answer.headers["content-length"]) == (told, str(len(content)))


@pytest.mark.parametrize("header", [{"Range": "lines=1-2"}, {"Range": "bytes=0-1", "If-Range": '"old"'}])
async def test_a_range_that_does_not_count(client: httpx.AsyncClient, header: dict[str, str]) -> None:
    """The whole file comes."""
    answer = await client.get("/abc", headers=header)
    assert (answer.status_code, answer.content) == (200, b"abcdef")


async def test_a_range_behind_the_end(client: httpx.AsyncClient) -> None:
    """It is told how long the file is."""
    answer = await client.get("/abc", headers={"Range": "bytes=6-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */6")


async def test_a_file_that_the_client_has(client: httpx.AsyncClient) -> None:
    """It is not sent again."""
    answer = await client.get("/abc", headers={"If-None-Match": '"md5"'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_file_that_is_not_there(client: httpx.AsyncClient) -> None:
    """In either form."""
    assert [(await client.get(path)).status_code for path in ("/none", "/none?csv")] == [404, 404]


async def test_the_csv_form(client: httpx.AsyncClient) -> None:
    """The names, then the data lines."""
    assert (await client.get("/a.arff?csv")).text == '"a"\n1\n2\n'
