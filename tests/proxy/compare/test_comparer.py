"""Comparing happens in another process and cannot harm this one."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome
from proxy.compare.comparer import Comparer
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.trace import SpanContext
from proxy.message.translation import Request
from tests.proxy.exchanges import ROUTES, served
from tests.proxy.logs import FIRST

pytestmark = pytest.mark.anyio
JSON = (
    ("Content-Type", "application/json"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, Authorization"),
)


def answer(document: object) -> Observation:
    """A JSON answer."""
    return Observation(200, JSON, orjson.dumps(document))


LEGACY = {"feature_qualities_list": {"quality": ["AutoCorrelation", "Dimensionality"]}}
ASKED = Asked(ROUTES["dataset.feature_quality_names"], "GET", {})


def exchange(
    new: object = ("AutoCorrelation", "Dimensionality"), legacy: object = LEGACY, **facts: Any
) -> Exchange:
    """PHP and the new API have answered."""
    made = served("GET", b"/api/v1/json/data/features/qualities/list")
    made.legacy, made.new = answer(legacy), answer(new)
    made.asked = replace(ASKED, **facts)
    return made


WRONG = Judgement(Comparison(Outcome.MISMATCH), "remembered")


@pytest.fixture
async def comparer(config: Path) -> AsyncIterator[Comparer]:
    """A comparer with the packaged configuration."""
    made = Comparer(config)
    yield made
    await made.aclose()


async def test_an_exchange_is_compared(comparer: Comparer) -> None:
    """The process has the route map and the registry."""
    judgement = await comparer.compare(exchange())
    assert (judgement.comparison.outcome, bool(judgement.comparison.deviations)) == (Outcome.EXPLAINED, True)


async def test_what_entries_did_is_told_of_each_exchange(comparer: Comparer) -> None:
    """The lint judges them by it; nothing of the exchange before."""
    first, second = await comparer.compare(exchange()), await comparer.compare(exchange())
    assert ("shape", first.comparison.deviations[-1], "object to list of text") in first.usage
    assert second.usage == first.usage


async def test_a_mismatch_has_a_signature(comparer: Comparer) -> None:
    """It names route, statuses and generalised paths."""
    judgement = await comparer.compare(exchange(["AutoCorrelation"]))
    assert judgement.comparison.outcome is Outcome.MISMATCH
    assert judgement.signature.startswith("dataset.feature_quality_names 200→200 ")


async def test_an_endless_comparison_is_ended(config: Path) -> None:
    """It costs the limit, gets a verdict, and the next one is compared again."""
    names = [f"q{number}" for number in range(300_000)]
    large = exchange(names[::-1], {"feature_qualities_list": {"quality": names}})
    comparer = Comparer(config, limit=0.01)
    try:
        await comparer.start()
        assert (await comparer.compare(large)).comparison.outcome is Outcome.TOO_EXPENSIVE
        comparer._limit = 10
        assert (await comparer.compare(exchange())).comparison.outcome is Outcome.EXPLAINED
    finally:
        await comparer.aclose()


async def test_a_dead_process_is_replaced(comparer: Comparer) -> None:
    """An exchange may fail with it, the next one does not."""
    await comparer.compare(exchange())
    assert comparer._process is not None
    comparer._process.kill()
    comparer._process.wait()
    assert (await comparer.compare(exchange())).comparison.outcome is Outcome.EXPLAINED


FACTS = {
    "route": ROUTES["dataset.quality_names"],
    "method": "POST",
    "parameters": {"a": "b"},
    "role": "admin",
    "format": "xml",
    "known": False,
    "rehearsed": True,
    "caller": "1",
    "guessed": True,
}
VARIED = {
    "decision": served("GET", b"/api/v1/json/data/features/qualities/list", face=True).decision,
    "legacy": answer({}),
    "new": answer([]),
    "answers": {(FollowUp.UNLIMITED, None): answer([])},
    "control": True,
}
UNSEEN = {
    "request": Request("GET", b"/elsewhere"),
    "at": FIRST,
    "judgement": WRONG,
    "number": 7,
    "span": SpanContext("1" * 32, "2" * 16, None, 1),
    "fallback": True,
    "unadaptable": True,
}


def test_each_part_of_an_exchange_is_varied_here() -> None:
    """Else one could be forgotten by the digest of what a comparison looks at."""
    assert {field.name for field in fields(Asked)} == set(FACTS)
    assert {field.name for field in fields(Exchange)} == {"asked", *VARIED, *UNSEEN}


@pytest.mark.parametrize(
    "varied",
    [*(exchange(**{name: FACTS[name]}) for name in FACTS)]
    + [replace(exchange(), **{name: VARIED[name]}) for name in VARIED],  # type: ignore[arg-type]  # of any type
    ids=[*FACTS, *VARIED],
)
async def test_another_exchange_is_another(comparer: Comparer, varied: Exchange) -> None:
    """In any part that a comparison looks at: what is known of the first says nothing of it."""
    await comparer.compare(exchange())
    comparer._known = dict.fromkeys(comparer._known, WRONG)
    assert await comparer.compare(exchange()) is WRONG
    assert await comparer.compare(varied) is not WRONG


async def test_what_no_comparison_looks_at_makes_no_other_exchange(comparer: Comparer) -> None:
    """Who asked, how long an answer took, and headers of transport; a header that counts does."""
    await comparer.compare(exchange())
    comparer._known = dict.fromkeys(comparer._known, WRONG)
    found = replace(exchange(), **UNSEEN)  # type: ignore[arg-type]  # of any type
    assert found.new is not None
    found.new = replace(found.new, seconds=3.0, headers=(*JSON, ("Date", "today"), ("Set-Cookie", "a=b")))
    assert await comparer.compare(found) is WRONG
    found.new = replace(found.new, headers=(("Content-Type", "text/html"), *JSON[1:]))
    assert (await comparer.compare(found)).comparison.outcome is Outcome.MISMATCH


async def test_another_configuration_knows_nothing(comparer: Comparer, config: Path) -> None:
    """Its registry may say otherwise."""
    await comparer.compare(exchange())
    await comparer.use(config)
    assert comparer._known == {}


async def test_equal_exchanges_that_come_together_are_compared_once(
    comparer: Comparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And by another configuration, where that has waited for its turn before them."""
    asked: list[Path] = []

    async def ask(found: Exchange, _message: bytes) -> Judgement:
        asked.append(comparer._config)
        await asyncio.sleep(0)
        return found.judged(Comparison(Outcome.MATCH))

    monkeypatch.setattr(comparer, "_ask", ask)
    await asyncio.gather(*(comparer.compare(exchange()) for _ in range(8)))
    assert asked == [comparer._config]
    other = Path("other")
    slow = asyncio.create_task(comparer.compare(exchange(caller="1")))
    await asyncio.sleep(0)
    changing = asyncio.create_task(comparer.use(other))
    await asyncio.sleep(0)
    await asyncio.gather(comparer.compare(exchange()), slow, changing)
    assert asked[2:] == [other]


async def test_so_many_are_known_and_no_difference(
    comparer: Comparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that was asked first is forgotten."""
    monkeypatch.setattr("proxy.compare.comparer._KNOWN", 2)
    await comparer.compare(exchange(["AutoCorrelation"]))
    assert comparer._known == {}
    for caller in "123":
        await comparer.compare(exchange(caller=caller))
    first, *_ = comparer._known
    await comparer.compare(exchange(caller="4"))
    assert (len(comparer._known), first in comparer._known) == (2, False)


async def test_an_exchange_that_is_given_up_takes_its_answer_with_it(comparer: Comparer) -> None:
    """The next one gets its own."""
    await comparer.start()
    asking = asyncio.create_task(comparer.compare(exchange(["AutoCorrelation"])))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await comparer.compare(exchange())).comparison.outcome is Outcome.EXPLAINED


async def test_the_event_loop_goes_on(config: Path, comparer: Comparer) -> None:
    """While a large comparison runs, this process has its time for itself."""
    names = [f"q{number}" for number in range(100_000)]
    large = exchange(names, {"feature_qualities_list": {"quality": names}})
    await comparer.start()
    used = time.thread_time()
    await comparer.compare(large)
    assert time.thread_time() - used < 0.2


async def test_what_goes_wrong_in_comparing_is_a_mismatch(comparer: Comparer) -> None:
    """It is shown, not lost."""
    judgement = await comparer.compare(exchange(parameters=None))
    assert judgement.comparison.outcome is Outcome.MISMATCH
    assert "comparing failed" in judgement.signature
