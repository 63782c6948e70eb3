"""The shadow: bounded, counted, and nobody waits for it."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope
from starlette.types import Send as AsgiSend

from config.rollout import Dialect
from config.routes import RouteMap, load_routes
from config.settings import ProxySettings, Shadow
from config.tasks import Tasks
from diffing.model import Comparison, Difference, FollowUp, Observation, Outcome, SkipReason
from proxy.checking.inprocess import Application
from proxy.compare.comparer import Comparer
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.message.translation import Request, Translation
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.requests import ShadowRequests
from proxy.shadow.workers import ShadowWorkers
from proxy.translate.to_new import legacy_to_new

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).replace(tzinfo=None)
SERVED = Observation(200, (("content-type", "application/json"),), b"{}", 0.01)
KEY = "ad000000000000000000000000000000"


@pytest.fixture(scope="module")
def routes(config: Path) -> RouteMap:
    """The packaged route map."""
    return load_routes(config)


class Recorded:
    """A side that keeps what it is asked."""

    def __init__(self) -> None:
        self.targets: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: AsgiSend) -> None:
        query = scope["query_string"].decode()
        self.targets.append(scope["method"] + " " + scope["path"] + (f"?{query}" if query else ""))
        await JSONResponse([])(scope, receive, send)


class Scripted(Comparer):
    """Gives prepared comparisons and keeps what it is asked."""

    def __init__(self, *comparisons: Comparison) -> None:
        self.comparisons = list(comparisons)
        self.asked: list[Exchange] = []

    async def compare(self, exchange: Exchange) -> Judgement:
        self.asked.append(replace(exchange))
        return Judgement(self.comparisons.pop(0), "signature")


def exchange(
    routes: RouteMap, target: str = "/api/v1/json/data/61", method: str = "GET", body: bytes = b""
) -> Exchange:
    """A served exchange."""
    headers = (("content-type", "application/x-www-form-urlencoded"),) if body else ()
    request = Request(method, target.encode(), headers, body)
    translation = legacy_to_new(request, routes)
    assert isinstance(translation, Translation)
    decision = Decision(Dialect.LEGACY, translation.route, translation, Side.LEGACY, None, False)
    return Exchange(request, decision, SERVED, at=AT)


def shadow_of(
    routes: RouteMap, comparer: Comparer, counters: Counters, new: Recorded, legacy: Recorded, **settings: Any
) -> ShadowWorkers:
    """A shadow between two sides in memory."""
    made = ProxySettings(shadow=replace(Shadow(unlimited_every=1, workers=1), **settings))
    sides = {Side.NEW: Application(new), Side.LEGACY: Application(legacy)}
    return ShadowWorkers(ShadowRequests(sides, made, Telemetry()), comparer, counters, routes, made)


async def worked(shadow: ShadowWorkers, *exchanges: Exchange) -> None:
    """Work on exchanges until all have their verdict."""
    tasks = Tasks(Counter())
    shadow.start(tasks)
    for item in exchanges:
        shadow.offer(item)
    await shadow.drain(5)
    await tasks.stop()


MATCH = Comparison(Outcome.MATCH)


async def test_the_other_side_is_asked_in_its_dialect(routes: RouteMap) -> None:
    """With the key, and the verdict is counted."""
    counters, new, legacy = Counters(served=1), Recorded(), Recorded()
    await worked(
        shadow_of(routes, Scripted(MATCH), counters, new, legacy),
        exchange(routes, f"/api/v1/json/data/61?api_key={KEY}"),
    )
    assert (new.targets, legacy.targets) == ([f"GET /datasets/61?api_key={KEY}"], [])
    assert (counters.verdicts, counters.pending) == ({"match": 1}, 0)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (FollowUp.UNLIMITED, ["GET /datasets/list?limit=2&tag=a", "GET /datasets/list?tag=a"]),
        (FollowUp.NEW_GET, ["GET /datasets/list?limit=2&tag=a"] * 2),
        (FollowUp.STRANGER, ["GET /datasets/list?limit=2&tag=a"] * 2),
        (FollowUp.UNSORTED, ["GET /datasets/list?limit=2&tag=a", "GET /datasets/list?tag=a"]),
    ],
)
async def test_follow_ups_are_asked_of_the_new_side(
    routes: RouteMap, kind: FollowUp, asked: list[str]
) -> None:
    """One more answer, then the verdict."""
    comparer = Scripted(Comparison(None, follow_up=kind), MATCH)
    counters, new = Counters(served=1), Recorded()
    await worked(
        shadow_of(routes, comparer, counters, new, Recorded()),
        exchange(routes, "/api/v1/json/data/list/limit/2/tag/a"),
    )
    assert (new.targets, counters.verdicts) == (asked, {"match": 1})
    assert list(comparer.asked[1].answers) == [(kind, None)]


async def test_a_refused_post_is_asked_again_as_get(routes: RouteMap) -> None:
    """With the key of the form, of the legacy side."""
    comparer = Scripted(Comparison(None, follow_up=FollowUp.LEGACY_GET), MATCH)
    legacy = Recorded()
    await worked(
        shadow_of(routes, comparer, Counters(served=1), Recorded(), legacy),
        exchange(routes, "/api/v1/json/data/61", "POST", f"api_key={KEY}".encode()),
    )
    assert legacy.targets == [f"GET /api/v1/json/data/61?api_key={KEY}"]


async def test_limited_lists_are_looked_up_one_in_so_many(routes: RouteMap) -> None:
    """The whole list costs more than its part."""
    unlimited = [Comparison(None, follow_up=FollowUp.UNLIMITED)] * 4
    comparer = Scripted(unlimited[0], MATCH, *unlimited[1:3], unlimited[3], MATCH)
    counters = Counters(served=4)
    shadow = shadow_of(routes, comparer, counters, Recorded(), Recorded(), unlimited_every=3)
    await worked(shadow, *[exchange(routes, "/api/v1/json/data/list/limit/2")] * 4)
    assert counters.verdicts == {"match": 2, "skipped:limited": 2}


async def test_what_is_not_done_in_time_is_shed(routes: RouteMap) -> None:
    """After draining nothing is pending."""

    class Stuck(Comparer):
        def __init__(self) -> None:
            pass

        async def compare(self, exchange: Exchange) -> Judgement:
            await asyncio.Event().wait()
            raise AssertionError(exchange)

    counters = Counters(served=3)
    shadow = shadow_of(routes, Stuck(), counters, Recorded(), Recorded())
    tasks = Tasks(Counter())
    shadow.start(tasks)
    for _ in range(3):
        shadow.offer(exchange(routes))
    await shadow.drain(0.05)
    await tasks.stop()
    assert (counters.verdicts, counters.pending) == ({"shed": 3}, 0)


async def test_a_failing_worker_goes_on(routes: RouteMap, caplog: pytest.LogCaptureFixture) -> None:
    """The exchange has a verdict, the next one is worked on."""
    counters = Counters(served=2)
    await worked(
        shadow_of(routes, Scripted(), counters, Recorded(), Recorded()), exchange(routes), exchange(routes)
    )
    assert (counters.verdicts, counters.pending) == ({"both_error": 2}, 0)
    assert "shadow worker failed" in caplog.text
    assert "on an exchange of dataset.get" in caplog.text


async def test_secrets_are_not_kept(routes: RouteMap) -> None:
    """The example of a mismatch holds neither the key of the query nor that of the form."""
    counters = Counters(served=1)
    mismatch = Comparison(Outcome.MISMATCH)
    await worked(
        shadow_of(routes, Scripted(mismatch), counters, Recorded(), Recorded()),
        exchange(routes, f"/api/v1/json/data/61?api_key={KEY}", "POST", f"api_key={KEY}".encode()),
    )
    [cluster] = counters.clusters.values()
    assert KEY.encode() not in orjson.dumps(dict(cluster.example))


async def test_bodies_are_stored_unless_the_settings_say_no(routes: RouteMap) -> None:
    """Where a difference is stays known; what a person sent does not."""
    difference = Difference("$.name", "value", "Ada Lovelace", "ada")
    for stored in (True, False):
        counters = Counters(served=1)
        comparer = Scripted(Comparison(Outcome.MISMATCH, differences=(difference,)))
        shadow = shadow_of(
            routes, comparer, counters, Recorded(), Recorded(), reask=False, store_bodies=stored
        )
        await worked(shadow, exchange(routes, "/api/v1/json/setup/exists", "POST", b"person=Ada"))
        [cluster] = counters.clusters.values()
        kept = repr(cluster.example) + repr(cluster.sample)
        assert (cluster.example["path"], cluster.sample is not None, "Ada" in kept) == (
            "$.name",
            stored,
            stored,
        )


async def test_who_sends_many_secrets_makes_no_work(routes: RouteMap) -> None:
    """Its exchange is counted, and nothing of it is kept."""
    body = b"&".join(b"api_key=secret%06d" % number for number in range(300))
    counters = Counters(served=1)
    comparer = Scripted(
        Comparison(Outcome.MISMATCH, differences=(Difference("$", "value", "secret000001", 1),))
    )
    shadow = shadow_of(routes, comparer, counters, Recorded(), Recorded(), reask=False)
    await worked(shadow, exchange(routes, "/api/v1/json/setup/exists", "POST", body))
    [(name, cluster)] = counters.clusters.items()
    assert (name, dict(cluster.example), cluster.sample) == (
        "setup.exists (too many secrets to show)",
        {},
        None,
    )
    assert counters.verdicts == {"mismatch": 1}


@pytest.mark.parametrize(
    ("target", "body", "role"),
    [
        ("/api/v1/json/data/61", b"", "none"),
        ("/api/v1/json/data/61?api_key=", b"", "none"),
        (f"/api/v1/json/data/61?api_key={KEY}", b"{}", "user"),
        (f"/api/v1/json/data/61?api_key={KEY}", b'{"error":{"code":"103"}}', "bad"),
    ],
)
async def test_roles_are_told_by_the_answer(routes: RouteMap, target: str, body: bytes, role: str) -> None:
    """The proxy does not know the keys."""
    comparer = Scripted(MATCH)
    item = exchange(routes, target)
    served = replace(SERVED, status=412 if b"error" in body else 200, body=body)
    shadow = shadow_of(routes, comparer, Counters(served=1), Recorded(), Recorded())
    await worked(shadow, replace(item, legacy=served))
    assert comparer.asked[0].asked is not None
    assert comparer.asked[0].asked.role == role


async def test_a_new_head_has_nothing_to_be_compared_with(routes: RouteMap) -> None:
    """Served by the new side it has no body; PHP has no HEAD."""
    item = exchange(routes)
    decision = replace(item.decision, dialect=Dialect.NEW, served=Side.NEW)
    counters = Counters(served=1)
    shadow = shadow_of(routes, Scripted(), counters, Recorded(), Recorded())
    await worked(shadow, replace(item, decision=decision, request=Request("HEAD", b"/datasets/61")))
    assert counters.verdicts == {f"skipped:{SkipReason.UNDERIVED}": 1}
