"""Observations hold an answer or an error, never an exception."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from proxy.checking.inprocess import Application
from proxy.outbound.observe import observe
from proxy.outbound.transport import SideAnswer
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


class Long(SideAnswer):
    """An answer that counts what is read of its body."""

    def __init__(self, pieces: int) -> None:
        super().__init__(200, [(b"content-length", b"50")], None)
        self.pieces = pieces
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            self.read += 1
            yield b"12345"


class Saying:
    """A side that says that its body has fifty bytes."""

    def __init__(self, pieces: int = 10) -> None:
        self.body = Long(pieces)

    async def ask(self, *_: Any) -> SideAnswer:
        """Answer."""
        return self.body


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
