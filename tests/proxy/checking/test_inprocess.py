"""The in-memory twin behaves like a server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from proxy.checking.inprocess import Application, ApplicationError, running
from proxy.outbound.observe import observe

pytestmark = pytest.mark.anyio


class Remember:
    """An application that keeps its scope and the request body."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.message: Message = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = dict(scope)
        self.message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"1")]})
        await send({"type": "http.response.body", "body": b"do", "more_body": True})
        await send({"type": "http.response.body", "body": b"ne"})


async def test_the_raw_target_reaches_the_application() -> None:
    """Path and query arrive byte for byte, the path decoded beside it."""
    app = Remember()
    await observe(Application(app), "GET", b"//data/%31/../x?a=%zz&b")
    assert [app.scope[name] for name in ("raw_path", "path", "query_string")] == [
        b"//data/%31/../x",
        "//data/1/../x",
        b"a=%zz&b",
    ]


async def test_the_body_reaches_the_application() -> None:
    """A form is sent as one message."""
    app = Remember()
    await observe(Application(app), "POST", b"/", (), b"tag=x")
    assert app.message == {"type": "http.request", "body": b"tag=x", "more_body": False}


async def test_a_body_is_announced() -> None:
    """An application that looks at the header fields first knows that there is a body."""
    app = Remember()
    await observe(Application(app), "POST", b"/", (), b"tag=x")
    assert (b"content-length", b"5") in app.scope["headers"]


async def test_a_body_in_parts_comes_whole() -> None:
    """Chunks are joined."""
    assert (await observe(Application(Remember()), "GET", b"/")).body == b"done"


async def test_head_has_no_body() -> None:
    """As an HTTP server would, the twin drops it."""
    assert (await observe(Application(Remember()), "HEAD", b"/")).body == b""


async def test_an_exception_is_a_lost_connection() -> None:
    """The caller sees an error, not the application's exception."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("inside")

    found = await observe(Application(broken), "GET", b"/")
    assert (found.status, found.error) == (None, "connection: the application failed: ValueError: inside")


async def test_the_lifespan_runs_around_the_block() -> None:
    """Resources are opened before and closed after."""
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
        events.append("open")
        yield {"a": "b"}
        events.append("closed")

    async with running(Starlette(lifespan=lifespan)):
        events.append("used")
    assert events == ["open", "used", "closed"]


async def test_a_failing_start_tells_its_cause() -> None:
    """The message is the cause's own, without a traceback."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        raise OSError("no database there")
        yield

    with pytest.raises(ApplicationError, match=r"^no database there$"):
        async with running(Starlette(lifespan=lifespan)):
            pass
