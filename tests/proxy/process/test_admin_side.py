"""The admin port of a running proxy, at a real socket."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from config.settings import Limits, ProxySettings, Timeouts
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.admin_side import admin_listener, admin_side
from proxy.runtime.listen import bind
from tests.proxy.logs import two_runs
from tests.proxy.process.test_admin import Recorded

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]


async def test_what_writes_needs_the_token_and_leaves_a_line(
    serve: Serve, tmp_path: Path, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """From no page of others; and off loopback bodies are closed."""
    settings = ProxySettings(admin_token="t", admin_host="0.0.0.0", log=f"sqlite:///{tmp_path}/log.db")
    controls = Recorded()
    bearer = ("authorization", "bEaReR t")
    async with serve(admin_side(controls, settings, config)) as url, Upstream(url) as client:
        statuses = [
            (await observe(client, method, target, (("host", "127.0.0.1"), *fields))).status
            for method, target, *fields in (
                ("POST", b"/-/kill"),
                ("POST", b"/-/kill", bearer, ("origin", "http://attacker.test")),
                ("POST", b"/-/kill", bearer),
                ("GET", b"/clusters/0123?as=json"),
            )
        ]
    assert (statuses, controls.commands) == ([401, 403, 200, 401], ["kill"])
    lines = [record.message for record in caplog.records if record.name == "proxy.audit"]
    assert lines == [f"admin command /-/kill from 127.0.0.1: {status}" for status in (401, 403, 200)]


async def test_operators_have_bounds_of_their_own() -> None:
    """Of connections that say nothing, few are held, and those not for long; what is no request is refused."""
    limits, times = Limits(connections=4), Timeouts(head=0.5)
    settings = ProxySettings(limits=limits, timeouts=times)
    with bind("127.0.0.1", 0) as operators:
        listener = admin_listener(PlainTextResponse("well"), settings, operators)
        serving = asyncio.create_task(listener.run_bound())

        async def asked(head: bytes) -> bytes:
            reader, writer = await asyncio.open_connection(*operators.getsockname())
            writer.write(head)
            found = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return found

        started = time.monotonic()
        many = await asyncio.gather(*[asked(b"GET / HTTP/1.1\r\nHost: ") for _ in range(20)])
        assert {found[:12] for found in many} <= {b"HTTP/1.1 408", b"HTTP/1.1 503", b""}
        assert sum(found.startswith(b"HTTP/1.1 408") for found in many) <= 4
        assert time.monotonic() - started < 3
        two = b"Host: localhost\r\nHost: attacker.test\r\n"
        assert (await asked(b"GET / HTTP/1.1\r\n" + two + b"\r\n")).startswith(b"HTTP/1.1 400")
        assert (await asked(b"GET / HTTP/1.0\r\n\r\n")).endswith(b"well")
        listener.should_exit = True
        await serving


async def test_an_empty_token_is_none(serve: Serve, tmp_path: Path, config: Path) -> None:
    """The environment may set it to nothing."""
    settings = ProxySettings(admin_token="", log=f"sqlite:///{tmp_path}/log.db")
    async with serve(admin_side(Recorded(), replace(settings), config)) as url, Upstream(url) as client:
        found = await observe(
            client, "POST", b"/-/kill", (("host", "localhost"), ("authorization", "Bearer "))
        )
    assert found.status == 403


async def test_the_dashboard_alone_has_the_same_bounds(tmp_path: Path) -> None:
    """A long head is refused, a silent connection closed; pages are served."""
    log, _, _ = await two_runs(tmp_path)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", "from proxy.cli import main; main()", "dashboard", "--log", log),
        stdout=subprocess.PIPE,
        env={**os.environ, "PARITY_TIMEOUTS_HEAD": "0.5"},
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    host, _, port = line.decode().partition("http://")[2].strip().partition(":")
    answers = []
    for head in (
        b"GET /glossary HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000,
        b"",
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        answers.append((await asyncio.wait_for(reader.read(), 10))[:12])
        writer.close()
    process.terminate()
    assert await process.wait() == 0
    assert answers == [b"HTTP/1.1 200", b"HTTP/1.1 431", b""]
