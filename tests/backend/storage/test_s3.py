"""Stored files in an object store, against a small one on a real socket."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backend.storage.file_writes import FileWrites
from backend.storage.interface import StorageUnavailable
from backend.storage.s3 import S3Storage
from backend.storage.s3_signing import Credentials, quoted_query, signed_headers

pytestmark = pytest.mark.anyio

CREDENTIALS = Credentials("key", "secret", "us-east-1")


@dataclass(slots=True)
class Store:
    """A bucket, with S3's answers to what the backend asks; pages of two names.

    Args:
        objects: Content and time of change by name.
        failing: Statuses of the next answers, instead of doing what is asked.
        losing: Statuses of the next answers to PUT, after doing it.
        asked: The methods of all requests.
    """

    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    failing: list[int] = field(default_factory=list)
    losing: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, when it is signed."""
        self.asked.append(request.method)
        body = await request.read()
        if not self._signed(request):
            return web.Response(status=403, text="SignatureDoesNotMatch")
        if self.failing:
            return web.Response(status=self.failing.pop(0))
        name = request.path.removeprefix("/bucket").removeprefix("/")
        if not name:
            return self._list(request.query)
        if request.method == "PUT":
            return self._put(request, name, body)
        if request.method == "DELETE":
            self.objects.pop(name, None)
            return web.Response(status=204)
        if name not in self.objects:
            return web.Response(status=404)
        content = self.objects[name][0]
        wanted = request.http_range
        if wanted.start is not None:
            return web.Response(status=206, body=content[wanted])
        return web.Response(body=content)

    def _put(self, request: web.Request, name: str, body: bytes) -> web.Response:
        if request.headers.get("If-None-Match") == "*" and name in self.objects:
            return web.Response(status=412)
        checksum = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        if request.headers.get("Content-MD5", checksum) != checksum:
            return web.Response(status=400, text="BadDigest")
        self.objects[name] = body, self.now
        return web.Response(status=self.losing.pop(0) if self.losing else 200)

    def _list(self, query: Mapping[str, str]) -> web.Response:
        names = sorted(name for name in self.objects if name.startswith(query["prefix"]))
        start = int(query.get("continuation-token", "0"))
        rows = "".join(
            f"<Contents><Key>{name}</Key><LastModified>{self.objects[name][1]:%Y-%m-%dT%H:%M:%S.000Z}"
            "</LastModified></Contents>"
            for name in names[start : start + 2]
        )
        further = start + 2 < len(names)
        more = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if further else ""
        return web.Response(
            text='<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"{rows}{more}</ListBucketResult>",
            headers={"Date": format_datetime(self.now, usegmt=True)},
        )

    def _signed(self, request: web.Request) -> bool:
        given = request.headers["Authorization"]
        names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        known = {"host", "x-amz-date", "x-amz-content-sha256"}
        headers = {name: request.headers[name] for name in names if name not in known}
        raw = request.raw_path.partition("?")[0]
        query = quoted_query(list(request.query.items()))
        expected = signed_headers(CREDENTIALS, request.method, request.host, raw, query, self.now, headers)
        return expected["Authorization"] == given


@pytest.fixture
def store() -> Store:
    """An empty bucket."""
    return Store()


async def at_once(_seconds: float) -> None:
    """Waits between attempts as if they were over."""


@pytest.fixture
async def url(store: Store) -> AsyncIterator[str]:
    """The URL of the bucket, with a prefix."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", store.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/bucket/files"))


@pytest.fixture
async def storage(store: Store, url: str) -> AsyncIterator[S3Storage]:
    """A storage in the bucket."""
    opened = S3Storage(url, CREDENTIALS, now=lambda: store.now, sleep=at_once)
    yield opened
    await opened.close()


async def abandoned(storage: S3Storage) -> list[str]:
    """The claims whose owners are gone."""
    async with storage.sweeping() as paths:
        return list(paths)


async def test_a_committed_request_stores_its_files(store: Store, storage: S3Storage) -> None:
    """The object is there with the last step, whole, and no claim stays."""
    writes = FileWrites(storage)
    path = await writes.place(await writes.stage(b"abc"), "misc//", "my notes (1).txt")
    assert not any(name.startswith("files/misc") for name in store.objects)
    await writes.publish()
    await writes.settle()
    assert {name: content for name, (content, _) in store.objects.items()} == {
        "files/misc/my notes (1).txt": b"abc"
    }
    assert await storage.size(path) == 3
    ends = [(0, None), (1, None), (1, 1)]
    assert [b"".join([part async for part in storage.read(path, *end)]) for end in ends] == [
        b"abc",
        b"bc",
        b"b",
    ]


async def test_a_failed_request_leaves_nothing(store: Store, storage: S3Storage) -> None:
    """Neither object nor claim."""
    writes = FileWrites(storage)
    await writes.place(await writes.stage(b"abc"), "misc/", "a.txt")
    await writes.publish()
    await writes.discard()
    assert store.objects == {}


async def test_a_path_is_claimed_once(url: str, store: Store, storage: S3Storage) -> None:
    """By whichever machine is first."""
    other = S3Storage(url, CREDENTIALS, now=lambda: store.now)
    assert await storage.claim("a//b")
    assert not await other.claim("a/b")
    await storage.release("a/b")
    assert await other.claim("a/b")
    await other.close()


async def test_a_claim_whose_answer_was_lost_is_known_again(store: Store, storage: S3Storage) -> None:
    """The store made it, and then failed to say so."""
    store.losing = [500]
    assert await storage.claim("a")
    assert store.asked == ["PUT", "PUT", "GET"]


async def test_old_claims_are_abandoned(store: Store, storage: S3Storage) -> None:
    """Nobody can lock a folder on another machine; an hour is longer than any request."""
    for path in ("old", "older"):
        await storage.claim(path)
    store.now += timedelta(minutes=61)
    for path in ("young", "given-up"):
        await storage.claim(path)
    await storage.disown("given-up")
    assert sorted(await abandoned(storage)) == ["given-up", "old", "older"]


async def test_a_store_that_stumbles_is_asked_again(store: Store, storage: S3Storage) -> None:
    """Twice; what it refuses is not asked again."""
    store.failing = [503, 500]
    assert await storage.size("a") is None
    store.failing = [503, 500, 503]
    with pytest.raises(StorageUnavailable, match="503"):
        await storage.size("a")
    store.asked.clear()
    store.now += timedelta(seconds=1)
    wrong = S3Storage(
        str(storage._origin) + "/bucket", Credentials("key", "wrong", "us-east-1"), sleep=at_once
    )
    with pytest.raises(StorageUnavailable, match="403"):
        await wrong.remove("a")
    assert store.asked == ["DELETE"]
    await wrong.close()


async def test_a_store_that_is_away_is_told_apart(storage: S3Storage) -> None:
    """It is the storage's fault, not the request's."""
    away = S3Storage("http://127.0.0.1:1/bucket", CREDENTIALS, sleep=at_once)
    with pytest.raises(StorageUnavailable, match="ConnectError"):
        await away.claim("a")
    await away.close()
