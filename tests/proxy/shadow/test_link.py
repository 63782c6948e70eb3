"""Handing exchanges to the shadow's process: nobody waits, nothing is lost."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from config.rollout import Dialect
from config.routes import RouteMap, load_routes
from config.settings import ProxySettings, Shadow
from config.tracing import Tracing
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.log.writer import utc_now
from proxy.message.trace import FinishedSpan, SpanContext
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.link import ShadowLink
from proxy.shadow.messages import ShadowReport
from proxy.translate.to_new import legacy_to_new

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]
AT = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def routes(config: Path) -> RouteMap:
    """The packaged route map."""
    return load_routes(config)


def exchange(routes: RouteMap, body: bytes = b"{}") -> Exchange:
    """A served exchange."""
    request = Request("GET", b"/api/v1/json/data/61")
    translation = legacy_to_new(request, routes)
    assert isinstance(translation, Translation)
    decision = Decision(Dialect.LEGACY, translation.route, translation, Side.LEGACY, None, writes=False)
    return Exchange(request, decision, Observation(200, (), body), at=AT)


def unconnected(config: Path, counters: Counters, **shadow: Any) -> ShadowLink:
    """A link whose process is still to be started."""
    settings = ProxySettings(legacy="http://h", new="http://h", shadow=replace(Shadow(workers=1), **shadow))
    return ShadowLink(settings, config, counters, Telemetry())


async def test_what_is_too_much_is_shed_and_counted(routes: RouteMap, config: Path) -> None:
    """By number and by bytes; never waits."""
    counters = Counters(served=9)
    link = unconnected(config, counters, queue=2)
    for _ in range(5):
        link.offer(exchange(routes))
    assert (link.waiting, counters.verdicts) == (3, {"shed": 2})
    narrow = unconnected(config, counters, queue_bytes=100_000)
    narrow.offer(exchange(routes, b"x" * 90_000))
    narrow.offer(exchange(routes, b"x" * 90_000))
    assert (narrow.waiting, counters.verdicts) == (1, {"shed": 3})


async def test_the_lag_is_that_of_the_exchange_that_waits_longest(routes: RouteMap, config: Path) -> None:
    """Nothing waits, nothing lags."""
    link = unconnected(config, Counters(served=2))
    assert link.lag == 0
    now = utc_now()
    for minutes in (5, 1):
        link.offer(replace(exchange(routes), at=now - timedelta(minutes=minutes)))
    assert 300 <= link.lag < 360


async def test_of_spans_so_many_wait(config: Path) -> None:
    """None where none are exported; never more than the bound."""
    span = FinishedSpan("served x", SpanContext("4" * 32, "5" * 16, None, 1), 0, 1)
    waiting = []
    for endpoint in ("", "http://collector:4318/v1/traces"):
        settings = ProxySettings(legacy="http://h", new="http://h", tracing=Tracing(endpoint=endpoint))
        link = ShadowLink(settings, config, Counters(), Telemetry())
        for _ in range(2000):
            link.trace(span)
        waiting.append(len(link._spans))
    assert waiting == [0, 1000]


async def test_what_is_not_done_in_time_is_shed(routes: RouteMap, config: Path) -> None:
    """After draining nothing is pending."""
    counters = Counters(served=1)
    link = unconnected(config, counters)
    link.offer(exchange(routes))
    await link.drain(0.01)
    assert (link.waiting, counters.pending, counters.verdicts) == (0, 0, {"shed": 1})


async def test_a_verdict_without_comparing_is_counted_at_once(routes: RouteMap, config: Path) -> None:
    """The other process is not asked."""
    counters = Counters(served=1)
    unconnected(config, counters).settle(exchange(routes), Comparison(Outcome.SKIPPED, SkipReason.SAMPLED))
    assert counters.verdicts == {"skipped:sampled": 1}


async def test_a_verdict_that_cannot_be_counted_ends_no_other(routes: RouteMap, config: Path) -> None:
    """The exchange has one all the same."""
    counters = Counters(served=2)
    link = unconnected(config, counters)
    for _ in range(2):
        link.offer(exchange(routes))
    good = Judgement(Comparison(Outcome.MATCH), "s")
    bad = replace(good, facts=(("no", "pair", "at all"),))  # type: ignore[arg-type]  # that is what is wrong with it
    link._take(ShadowReport([(1, bad, None), (2, good, None)], {}, []))
    assert link.waiting == 0
    assert (counters.verdicts, counters.pending) == ({"both_error": 1, "match": 1}, 0)


async def test_why_a_fleet_sheds_is_counted_here(routes: RouteMap, config: Path) -> None:
    """The process that hands captures on tells the reasons beside the verdicts."""
    counters = Counters(served=1)
    link = unconnected(config, counters)
    for _ in range(2):
        link._take(ShadowReport([], {"shed queue full": 3, "shed queue away": 1}, []))
    assert counters.shed == {"queue full": 6, "queue away": 2}


async def test_a_killed_process_is_replaced(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """What it had not answered is shed, the next exchanges are compared, and both are counted."""
    async with (
        serve(JSONResponse({})) as side,
        between(side, side) as (url, parts),
        Upstream(url) as client,
    ):

        async def ask() -> dict[str, int]:
            await observe(client, "GET", b"/api/v1/json/data/61", (("Host", "h"),))
            return await verdicts(parts)

        compared = await ask()
        os.kill(_child(), signal.SIGKILL)
        async with asyncio.timeout(10):
            while not parts.telemetry.shadows:
                await asyncio.sleep(0.01)
        found = await ask()
        assert sum(compared.values()) == 1
        assert sum(found.values()) == 2
        assert "shed" not in found
        assert (await parts.snapshot())["shadows"] == 1


async def test_a_process_that_does_not_go_on_is_replaced(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """What it was at is too expensive, not forgotten, and the next exchanges are compared."""
    shadow = Shadow(workers=1, compare_seconds=4.0)
    async with (
        serve(JSONResponse({})) as side,
        between(side, side, shadow=shadow) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", b"/api/v1/json/data/61", (("Host", "h"),))
        await verdicts(parts)
        os.kill(_child(), signal.SIGSTOP)
        for _ in range(2):
            await observe(client, "GET", b"/api/v1/json/data/61", (("Host", "h"),))
        async with asyncio.timeout(60):
            while not parts.telemetry.shadows:
                await asyncio.sleep(0.05)
        await observe(client, "GET", b"/api/v1/json/data/61", (("Host", "h"),))
        async with asyncio.timeout(60):
            while parts.counters.pending:
                await asyncio.sleep(0.05)
        found = await verdicts(parts)
        assert (sum(found.values()), found["too_expensive"], found["shed"]) == (4, 1, 1)


async def test_while_a_side_is_left_alone_the_process_is_left_in_peace(
    serve: Serve, between: Between, verdicts: Verdicts, routes: RouteMap
) -> None:
    """But for a try now and then, which is how it finds out that the side is back."""
    shadow = Shadow(workers=1, breaker_failures=1, breaker_seconds=60)
    async with (
        serve(JSONResponse({})) as legacy,
        between(legacy, "http://127.0.0.1:1", shadow=shadow) as (_, parts),
    ):
        parts.counters.served += 21
        parts.shadow.offer(exchange(routes))
        async with asyncio.timeout(10):
            while not parts.shadow.open_breakers():
                await asyncio.sleep(0.01)
        for _ in range(20):
            parts.shadow.offer(exchange(routes))
        assert 1 <= parts.shadow.waiting < 5
        await verdicts(parts)
        await asyncio.sleep(0.2)
        parts.counters.served += 10
        for _ in range(10):
            parts.shadow.offer(exchange(routes))
        assert 1 <= parts.shadow.waiting < 5
        assert await verdicts(parts) == {"new_error": 1, "skipped:breaker_open": 30}


def _child() -> int:
    children = [
        int(child)
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    [found] = [
        child for child in children if b"proxy.process.asking" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return found
