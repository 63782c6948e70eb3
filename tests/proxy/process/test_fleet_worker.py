"""A worker from its start to its end."""

import asyncio
import os
import signal
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.responses import JSONResponse

from config.errors import ConfigError
from config.queue import QueueSettings
from config.settings import ProxySettings
from config.tracing import Tracing
from proxy.fleet.capture import Label, encode
from proxy.fleet.seal import Seal
from proxy.fleet.stream import CaptureStream, Sent
from proxy.log.writer import LogError
from proxy.message.trace import SpanContext
from proxy.process.fleet_worker import work
from proxy.reporting.report import read_report
from tests.proxy.collector import collector
from tests.proxy.fleet.test_capture import exchange
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]


def settings_of(redis: RedisServer, folder: Path, new: str) -> ProxySettings:
    """Those of a worker whose queue holds nothing secret."""
    return ProxySettings(
        legacy="http://127.0.0.1:1",
        new=new,
        admin_port=0,
        log=f"sqlite:///{folder / 'log.db'}",
        kill_file=folder / "kill",
        queue=QueueSettings(url=redis.url),
    )


async def test_it_judges_until_it_is_told_to_stop(
    serve: Serve, redis: RedisServer, config: Path, tmp_path: Path
) -> None:
    """What is in the queue is in the log afterwards, and its admin port answers meanwhile."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with serve(JSONResponse([])) as new:
        settings = settings_of(redis, tmp_path, new)
        stream = CaptureStream(settings.queue)
        found = exchange()
        found.new = found.legacy
        captures = [Sent(Label.of(found).bytes(), encode(found, "none"), sealed=False) for _ in range(3)]
        assert all(await stream.add(captures))
        working = asyncio.create_task(work(settings, config, "w", ready.set_result))
        async with httpx.AsyncClient(base_url=await ready, trust_env=False) as admin:
            async with asyncio.timeout(30):
                while sum((await admin.get("/-/totals")).json()["verdicts"].values()) < 3:
                    await asyncio.sleep(0.05)
            assert (await admin.get("/-/readyz")).status_code == 200
            assert (await admin.get("/-/readyz", headers={"Host": "of.others"})).status_code == 421
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(30):
            await working
        assert (await stream.state()).captures == 0
        await stream.aclose()
    report = await read_report(settings.log)
    assert report.fleet.judged == 3


async def test_its_spans_are_in_the_clients_trace(
    serve: Serve, redis: RedisServer, config: Path, tmp_path: Path
) -> None:
    """What it asks and compares, below what was served."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    key = b"k" * 32
    found = exchange()
    found.span = SpanContext("a" * 32, "b" * 16, None, 1)
    label = Label.of(found).bytes()
    with collector() as (url, spans):
        async with serve(JSONResponse([])) as new:
            plain = settings_of(redis, tmp_path, new)
            queue = replace(plain.queue, key=b64encode(key).decode())
            settings = replace(plain, queue=queue, tracing=Tracing(endpoint=url))
            stream = CaptureStream(queue)
            assert await stream.add([Sent(label, Seal([key]).seal(encode(found), label), sealed=True)])
            working = asyncio.create_task(work(settings, config, "w", ready.set_result))
            async with httpx.AsyncClient(base_url=await ready, trust_env=False) as admin, asyncio.timeout(30):
                while not (await admin.get("/-/totals")).json()["verdicts"]:
                    await asyncio.sleep(0.05)
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(30):
                await working
            await stream.aclose()
    # Legacy does not answer when it is asked again.
    told = {span.name for span in spans}
    assert {"asked dataset.get", "compared dataset.get"} <= told
    assert {(span.trace_id.hex(), span.parent_span_id.hex()) for span in spans} == {("a" * 32, "b" * 16)}


async def test_what_is_missing_is_named(redis: RedisServer, config: Path, tmp_path: Path) -> None:
    """Before it takes anything."""
    settings = settings_of(redis, tmp_path, "")
    with pytest.raises(ConfigError, match="give --new URL"):
        await work(settings, config, "w", lambda _: None)
    settings = replace(settings, new="http://h", log=f"sqlite:///{tmp_path}/none/log.db")
    with pytest.raises(LogError, match="cannot be opened"):
        await work(settings, config, "w", lambda _: None)
