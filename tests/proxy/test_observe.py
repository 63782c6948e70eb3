"""Observations hold an answer or an error, never an exception."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from proxy.checking.inprocess import Application
from proxy.observe import header_pairs, observe

pytestmark = pytest.mark.anyio


async def test_an_answer_is_kept_whole() -> None:
    """Status, headers and body are those of the side."""
    found = await observe(Application(PlainTextResponse("hi", 418, {"x-a": "1"})), "GET", b"/")
    assert (found.status, found.header("X-A"), found.body, found.error) == (418, "1", b"hi", None)


async def test_a_body_beyond_the_cap_is_an_error() -> None:
    """A side cannot fill the memory."""
    found = await observe(Application(PlainTextResponse("12345")), "GET", b"/", body_cap=4)
    assert (found.error, found.body) == ("too_large", b"")


async def test_the_duration_is_measured() -> None:
    """An observation says how long it took."""
    found = await observe(Application(PlainTextResponse("")), "GET", b"/")
    assert 0 < found.seconds < 10


def test_duplicate_headers_stay_apart() -> None:
    """Nothing is joined with commas."""
    pairs = [(b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")]
    assert header_pairs(httpx.Response(200, headers=pairs)) == (("Set-Cookie", "a"), ("Set-Cookie", "b"))
