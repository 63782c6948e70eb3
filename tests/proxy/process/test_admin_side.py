"""The admin port of a running proxy, at a real socket."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import ProxySettings
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.admin_side import admin_side
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


async def test_an_empty_token_is_none(serve: Serve, tmp_path: Path, config: Path) -> None:
    """The environment may set it to nothing."""
    settings = ProxySettings(admin_token="", log=f"sqlite:///{tmp_path}/log.db")
    async with serve(admin_side(Recorded(), replace(settings), config)) as url, Upstream(url) as client:
        found = await observe(
            client, "POST", b"/-/kill", (("host", "localhost"), ("authorization", "Bearer "))
        )
    assert found.status == 403
