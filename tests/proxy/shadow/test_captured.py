"""Without a key no secret is handed on, and nobody is asked in the name of a caller whom nobody knows."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.routes import RouteMap, load_routes
from config.settings import ProxySettings
from config.tasks import Tasks
from diffing.model import Comparison, FollowUp, Observation, Outcome
from proxy.checking.inprocess import Application
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.fleet.sender import TOO_MANY_SECRETS
from proxy.log.counters import Counters
from proxy.message.redact import MOST_SECRETS, Redactor
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.captured import AskedSender, CaptureWorkers, without_secrets
from proxy.shadow.evidence import secrets_in
from proxy.shadow.requests import ShadowRequests
from tests.proxy.shadow.test_workers import KEY, Recorded, Scripted, exchange

pytestmark = pytest.mark.anyio
SECRET = "s3cr3t-session-of-somebody"
MATCH = Comparison(Outcome.MATCH)


@pytest.fixture(scope="module")
def routes(config: Path) -> RouteMap:
    """The packaged route map."""
    return load_routes(config)


class Kept:
    """A sender that keeps what it is given."""

    def __init__(self) -> None:
        self.offered: list[tuple[Exchange, str | None]] = []
        self.sheds: list[str] = []

    def offer(self, exchange: Exchange, role: str | None = None) -> None:
        """Keep it."""
        self.offered.append((exchange, role))

    def shed(self, _exchange: Exchange, reason: str) -> None:
        """Keep it."""
        self.sheds.append(reason)


def made(kind: Any, routes: RouteMap, comparer: Scripted, sides: Recorded, **others: Any) -> Any:
    """Workers between two sides that keep what they are asked."""
    both = {side: Application(sides) for side in Side}
    asking = ShadowRequests(both, ProxySettings(), Telemetry())
    return kind(asking, comparer, others.pop("counters", Counters()), routes, ProxySettings(), **others)


async def finished(workers: Any) -> None:
    """Let them do what they have."""
    tasks = Tasks(Counter())
    workers.start(tasks)
    async with asyncio.timeout(20):
        await workers._queue.join()
    await tasks.stop()


async def test_a_proxy_without_a_key_asks_and_hands_both_answers_on(routes: RouteMap) -> None:
    """With the role of the caller, which the request does not tell any more; nothing is compared."""
    kept, asked, comparer = Kept(), Recorded(), Scripted()
    workers = made(AskedSender, routes, comparer, asked, sender=kept)
    workers.offer(replace(exchange(routes, f"/api/v1/json/data/61?api_key={KEY}"), number=5))
    await finished(workers)
    [(found, role)] = kept.offered
    assert asked.targets == [f"GET /datasets/61?api_key={KEY}"]
    assert (found.number, role, found.other and found.other.status) == (5, "user", 200)
    assert KEY.encode() not in found.request.target
    assert comparer.asked == []


async def test_too_many_secrets_are_not_looked_for(routes: RouteMap) -> None:
    """Each would have to be looked for in all that is handed on."""
    kept = Kept()
    workers = made(AskedSender, routes, Scripted(), Recorded(), sender=kept)
    many = "&".join(f"token={'x' * 10}{number}" for number in range(MOST_SECRETS + 1))
    workers.offer(exchange(routes, f"/api/v1/json/data/61?{many}"))
    await finished(workers)
    assert (kept.offered, kept.sheds) == ([], [TOO_MANY_SECRETS])


async def test_a_worker_asks_by_a_whole_capture(routes: RouteMap) -> None:
    """As the shadow of a single machine does."""
    asked, comparer, counters = Recorded(), Scripted(MATCH), Counters()
    workers = made(CaptureWorkers, routes, comparer, asked, counters=counters)
    workers.offer_captured(exchange(routes, f"/api/v1/json/data/61?api_key={KEY}"), None)
    await finished(workers)
    assert asked.targets == [f"GET /datasets/61?api_key={KEY}"]
    assert counters.verdicts == {"match": 1}


async def test_a_worker_asks_nobody_by_a_capture_without_secrets(routes: RouteMap) -> None:
    """Not even for what a comparison must know first: that is skipped."""
    asked, counters = Recorded(), Counters()
    comparer = Scripted(Comparison(None, follow_up=FollowUp.NEW_GET), Comparison(Outcome.SKIPPED))
    workers = made(CaptureWorkers, routes, comparer, asked, counters=counters)
    answered = replace(exchange(routes), number=1, new=Observation(200, (), b"{}"))
    workers.offer_captured(answered, "admin")
    await finished(workers)
    assert asked.targets == []
    assert [one.asked and one.asked.role for one in comparer.asked] == ["admin", "admin"]
    [answer] = comparer.asked[1].answers.values()
    assert answer.error == "not recorded"


def test_no_secret_is_left_wherever_it_stands(routes: RouteMap) -> None:
    """In target, headers and bodies of request and answers, also where a side repeats it; equal ones stay equal."""
    found = exchange(routes, f"/api/v1/json/data/61?api_key={KEY}", "POST", f"session_hash={SECRET}".encode())
    request = replace(found.request, headers=(*found.request.headers, ("Cookie", f"a={SECRET}1")))
    repeated = f'{{"error":"{KEY} and {SECRET} and {SECRET}1","token":"{SECRET}2"}}'.encode()
    one, other = (
        Observation(200, (("Set-Cookie", f"b={SECRET}3"), ("X-Seen", f"{KEY}!")), repeated) for _ in range(2)
    )
    found = replace(found, request=request, legacy=one, new=other)
    hidden = without_secrets(found, Redactor(), secrets_in(found))
    assert SECRET not in repr(hidden.request) + repr(hidden.served) + repr(hidden.other)
    assert KEY not in repr(hidden.request) + repr(hidden.served) + repr(hidden.other)
    assert hidden.other is not None
    assert hidden.served.body == hidden.other.body
    assert hidden.served.body.startswith(b'{"error":"~')
