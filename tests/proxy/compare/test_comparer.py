"""Comparing happens in another process and cannot harm this one."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path

import orjson
import pytest

from diffing.model import Comparison, FollowUp, Observation, Outcome
from proxy.compare.comparer import Comparer, Judgement, Question

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
QUESTION = Question(
    "dataset.feature_quality_names",
    "GET",
    {},
    "none",
    "json",
    True,
    answer(LEGACY),
    answer(["AutoCorrelation", "Dimensionality"]),
)


WRONG = Judgement(Comparison(Outcome.MISMATCH), "remembered")


@pytest.fixture
async def comparer(config: Path) -> AsyncIterator[Comparer]:
    """A comparer with the packaged configuration."""
    made = Comparer(config)
    yield made
    await made.aclose()


async def test_an_exchange_is_compared(comparer: Comparer) -> None:
    """The process has the route map and the registry."""
    judgement = await comparer.compare(QUESTION)
    assert (judgement.comparison.outcome, bool(judgement.comparison.deviations)) == (Outcome.EXPLAINED, True)


async def test_what_entries_did_is_told_of_each_exchange(comparer: Comparer) -> None:
    """The lint judges them by it; nothing of the exchange before."""
    first, second = await comparer.compare(QUESTION), await comparer.compare(QUESTION)
    assert ("shape", first.comparison.deviations[-1], "object to list of text") in first.usage
    assert second.usage == first.usage


async def test_a_mismatch_has_a_signature(comparer: Comparer) -> None:
    """It names route, statuses and generalised paths."""
    judgement = await comparer.compare(replace(QUESTION, new=answer(["AutoCorrelation"])))
    assert judgement.comparison.outcome is Outcome.MISMATCH
    assert judgement.signature.startswith("dataset.feature_quality_names 200→200 ")


async def test_an_endless_comparison_is_ended(config: Path) -> None:
    """It costs the limit, gets a verdict, and the next one is compared again."""
    names = [f"q{number}" for number in range(300_000)]
    large = replace(
        QUESTION, legacy=answer({"feature_qualities_list": {"quality": names}}), new=answer(names[::-1])
    )
    comparer = Comparer(config, limit=0.01)
    try:
        await comparer.start()
        assert (await comparer.compare(large)).comparison.outcome is Outcome.TOO_EXPENSIVE
        comparer._limit = 10
        assert (await comparer.compare(QUESTION)).comparison.outcome is Outcome.EXPLAINED
    finally:
        await comparer.aclose()


async def test_a_dead_process_is_replaced(comparer: Comparer) -> None:
    """An exchange may fail with it, the next one does not."""
    await comparer.compare(QUESTION)
    assert comparer._process is not None
    comparer._process.kill()
    comparer._process.wait()
    assert (await comparer.compare(QUESTION)).comparison.outcome is Outcome.EXPLAINED


VARIED = {
    "route": "dataset.quality_names",
    "method": "POST",
    "parameters": {"a": "b"},
    "role": "admin",
    "format": "xml",
    "known": False,
    "legacy": answer({}),
    "new": answer([]),
    "answers": {(FollowUp.UNLIMITED, None): answer([])},
    "control": True,
    "rehearsed": True,
    "caller": "1",
    "guessed": True,
    "face": True,
}


@pytest.mark.parametrize("name", [field.name for field in fields(Question)])
async def test_another_question_is_another(comparer: Comparer, name: str) -> None:
    """In any of its parts: what is known of the first says nothing of it."""
    await comparer.compare(QUESTION)
    comparer._known = dict.fromkeys(comparer._known, WRONG)
    assert await comparer.compare(QUESTION) is WRONG
    assert await comparer.compare(replace(QUESTION, **{name: VARIED[name]})) is not WRONG  # type: ignore[arg-type]  # of any type


async def test_what_no_comparison_looks_at_makes_no_other_question(comparer: Comparer) -> None:
    """How long an answer took, and headers of transport; a header that counts does."""
    await comparer.compare(QUESTION)
    comparer._known = dict.fromkeys(comparer._known, WRONG)
    new = replace(QUESTION.new, seconds=3.0, headers=(*JSON, ("Date", "today"), ("Set-Cookie", "a=b")))
    assert await comparer.compare(replace(QUESTION, new=new)) is WRONG
    new = replace(QUESTION.new, headers=(("Content-Type", "text/html"), *JSON[1:]))
    assert (await comparer.compare(replace(QUESTION, new=new))).comparison.outcome is Outcome.MISMATCH


async def test_another_configuration_knows_nothing(comparer: Comparer, config: Path) -> None:
    """Its registry may say otherwise."""
    await comparer.compare(QUESTION)
    await comparer.use(config)
    assert comparer._known == {}


async def test_so_many_are_known_and_no_difference(
    comparer: Comparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that was asked first is forgotten."""
    monkeypatch.setattr("proxy.compare.comparer._KNOWN", 2)
    await comparer.compare(replace(QUESTION, new=answer(["AutoCorrelation"])))
    assert comparer._known == {}
    for caller in "123":
        await comparer.compare(replace(QUESTION, caller=caller))
    first, *_ = comparer._known
    await comparer.compare(replace(QUESTION, caller="4"))
    assert (len(comparer._known), first in comparer._known) == (2, False)


async def test_a_question_that_is_given_up_takes_its_answer_with_it(comparer: Comparer) -> None:
    """The next one gets its own."""
    await comparer.start()
    asking = asyncio.create_task(comparer.compare(replace(QUESTION, new=answer(["AutoCorrelation"]))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await comparer.compare(QUESTION)).comparison.outcome is Outcome.EXPLAINED


async def test_the_event_loop_goes_on(config: Path, comparer: Comparer) -> None:
    """While a large comparison runs, this process has its time for itself."""
    names = [f"q{number}" for number in range(100_000)]
    large = replace(
        QUESTION, legacy=answer({"feature_qualities_list": {"quality": names}}), new=answer(names)
    )
    await comparer.start()
    used = time.thread_time()
    await comparer.compare(large)
    assert time.thread_time() - used < 0.2


async def test_what_goes_wrong_in_comparing_is_a_mismatch(comparer: Comparer) -> None:
    """It is shown, not lost."""
    judgement = await comparer.compare(replace(QUESTION, method=None))  # type: ignore[arg-type]  # on purpose
    unknown = await comparer.compare(replace(QUESTION, route="no.such"))
    assert unknown.comparison.outcome is Outcome.MISMATCH
    assert "comparing failed" in unknown.signature
    assert judgement.comparison.outcome is not None
