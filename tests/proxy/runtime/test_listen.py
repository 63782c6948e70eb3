"""Servers say where they listen, and why they cannot."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from config.errors import ListenError
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.runtime.listen import BrokenOff, Listener, bind, url_of
from proxy.runtime.loop import run_loop

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]


async def test_an_application_is_served(serve: Serve) -> None:
    """The URL that is announced answers."""
    async with serve(PlainTextResponse("hi")) as url, Upstream(url) as side:
        assert (await observe(side, "GET", b"/")).body == b"hi"


async def test_nothing_is_added_to_an_answer(serve: Serve) -> None:
    """Server and Date are those of the side that answered, or none."""
    async with serve(PlainTextResponse("hi", headers={"x": "1"})) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/")
    assert sorted(name for name, _ in found.headers) == ["content-length", "content-type", "x"]


async def test_an_answer_that_is_broken_off_ends_the_connection(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The client sees that it was cut, the log is not filled with tracebacks."""

    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise BrokenOff

    with caplog.at_level(logging.DEBUG):
        async with serve(cut) as url, Upstream(url) as side:
            found = await observe(side, "GET", b"/")
    assert ((found.error or "").partition(":")[0], caplog.records) == ("connection", [])


def test_a_port_in_use_is_told() -> None:
    """One sentence, with what to do."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=rf"cannot listen on 127.0.0.1:{port}: .*another --port"):
            bind("127.0.0.1", port)


def test_an_address_of_somebody_else_is_told() -> None:
    """A name that does not resolve is named."""
    with pytest.raises(ListenError, match=r"cannot listen on nowhere\.invalid"):
        bind("nowhere.invalid", 0)


def test_the_url_of_an_ipv6_socket_has_brackets() -> None:
    """RFC 3986, 3.2.2."""
    with bind("::1", 0) as bound:
        assert url_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"


def test_hundreds_of_new_connections_wait_few_rounds_of_the_loop() -> None:
    """uvloop takes one of a socket per round, in which all others have their turn."""
    rounds = 0

    async def serve_many() -> None:
        nonlocal rounds
        listening = asyncio.Event()
        with bind("127.0.0.1", 0) as bound, ExitStack() as clients:
            listener = Listener(
                PlainTextResponse("hi"), bound, ready=lambda _: listening.set(), lifespan=False, signals=False
            )
            task = asyncio.create_task(listener.run_bound(), name="listener")
            await listening.wait()
            for _ in range(320):
                clients.enter_context(socket.create_connection(bound.getsockname()))
            while len(listener.server_state.connections) < 320:
                rounds += 1
                await asyncio.sleep(0)
            listener.force_exit = listener.should_exit = True
            await task

    run_loop(serve_many())
    assert rounds < 100
