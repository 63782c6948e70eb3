"""Observations hold an answer or an error, never an exception."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import PlainTextResponse

from proxy.checking.inprocess import Application
from proxy.outbound.observe import header_pairs, observe
from proxy.runtime.pace import Pace

pytestmark = pytest.mark.anyio


async def test_an_answer_is_kept_whole() -> None:
    """Status, headers and body are those of the side."""
    found = await observe(Application(PlainTextResponse("hi", 418, {"x-a": "1"})), "GET", b"/")
    assert (found.status, found.header("X-A"), found.body, found.error) == (418, "1", b"hi", None)


async def test_a_body_beyond_the_cap_is_an_error() -> None:
    """A side cannot fill the memory."""
    found = await observe(Application(PlainTextResponse("12345")), "GET", b"/", body_cap=4)
    assert (found.error, found.body) == ("too_large", b"")


class Long(httpx.AsyncByteStream):
    """A body that counts what is read of it."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            self.read += 1
            yield b"12345"


class Saying(httpx.AsyncBaseTransport):
    """A side that says that its body has fifty bytes."""

    def __init__(self, pieces: int = 10) -> None:
        self.body = Long(pieces)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        return httpx.Response(200, headers={"content-length": "50"}, stream=self.body, request=request)


async def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    """Unless its length and hash are wanted."""
    side = Saying()
    found = await observe(side, "GET", b"/", body_cap=49)
    assert (found.error, found.status, side.body.read) == ("too_large", 200, 0)
    found = await observe(side, "GET", b"/", body_cap=49, digest=True)
    assert (found.error, found.body[:8], side.body.read) == ("too_large", b"50 bytes", 10)


async def test_the_length_that_a_body_would_have_is_no_error() -> None:
    """The answer to HEAD has none."""
    found = await observe(Saying(0), "HEAD", b"/", body_cap=49)
    assert (found.error, found.status, found.header("content-length")) == (None, 200, "50")


async def test_a_body_is_read_no_faster_than_told() -> None:
    """Fifty bytes at five hundred a second; the first piece comes at once."""
    found = await observe(Saying(), "GET", b"/", pace=Pace(500))
    assert len(found.body) == 50
    assert found.seconds >= 0.09


async def test_the_duration_is_measured() -> None:
    """An observation says how long it took."""
    found = await observe(Application(PlainTextResponse("")), "GET", b"/")
    assert 0 < found.seconds < 10


def test_duplicate_headers_stay_apart() -> None:
    """Nothing is joined with commas."""
    pairs = [(b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")]
    assert header_pairs(httpx.Response(200, headers=pairs)) == (("Set-Cookie", "a"), ("Set-Cookie", "b"))
