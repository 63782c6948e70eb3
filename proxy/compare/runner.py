"""The one runner of comparisons: of the shadow, of recordings, of scenarios, and between live servers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from diffing.compare import Differ
from diffing.face import compare_faces, face_asked
from diffing.further import MOST, WHOLE, Further, wanted
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.compare.control import asked_again, same_side
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request

UNDERIVED: Final = Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED)
_GOOD: Final = 200

Compare = Callable[[Exchange], Awaitable[Judgement]]
AskFurther = Callable[[Further], Awaitable[Observation | SkipReason]]
_Request = TypeVar("_Request", bound=Request)
_Exchange = TypeVar("_Exchange", bound=Exchange)


async def settle(exchange: Exchange, compare: Compare, ask: AskFurther) -> None:
    """Compare, and ask for what a comparison must know first, until it says something.

    Args:
        exchange: Both sides have answered; its judgement and further answers are written there, the judgement
            ``skipped:underived`` where nothing can be derived.
        compare: Compares by the further answers that are there.
        ask: Asks for one more; a reason where it is not to be asked for.
    """
    while True:
        exchange.judgement = await compare(exchange)
        further = wanted(exchange.comparison)
        if further is None:
            if exchange.comparison.outcome is None:
                exchange.judgement = exchange.settled(UNDERIVED)
            return
        if len(exchange.answers) >= MOST:
            exchange.judgement = exchange.settled(UNDERIVED)
            return
        answer = await ask(further)
        if isinstance(answer, SkipReason):
            exchange.judgement = exchange.settled(Comparison(Outcome.SKIPPED, answer))
            return
        exchange.answers = {**exchange.answers, further: answer}


async def judge_again(
    exchange: _Exchange,
    ask: Callable[[Side], Awaitable[Observation]],
    compare: Compare,
    judge: Callable[[_Exchange], Awaitable[None]],
) -> None:
    """Ask legacy, new, legacy: only what differs while legacy stays the same is a difference.

    Args:
        exchange: Reads only, and has a difference; where something was written in between, it is settled as a race.
        compare: Compares two answers of one side.
        judge: Settles the later exchange, whose answers are there.
    """
    before, new, after = await ask(Side.LEGACY), await ask(Side.NEW), await ask(Side.LEGACY)
    if None in (before.status, new.status, after.status):
        return
    still = await compare(replace(exchange, legacy=before, new=after, control=True, answers={}))
    again = replace(exchange, legacy=before, new=new, answers={})
    await judge(again)
    found = asked_again(exchange.comparison, still.comparison, again.comparison)
    if found is not exchange.comparison:
        exchange.judgement = exchange.settled(found)


async def compare_control(exchange: Exchange) -> Judgement:
    """Compare two answers of one side, here and now."""
    return exchange.judged(same_side(*exchange.pair))


def compared(differ: Differ, exchange: Exchange) -> Comparison:
    """Compare once, by the answers that are there."""
    asked, (legacy, new) = exchange.asked, exchange.pair
    assert asked is not None
    if exchange.control:
        return same_side(legacy, new)
    if exchange.decision.face:
        return compare_faces(face_asked(asked, legacy), legacy, new, exchange.answers.get(WHOLE))
    return differ.compare(asked, legacy, new, exchange.answers)


async def first_answered(
    requests: Sequence[_Request], send: Callable[[_Request], Awaitable[Observation]]
) -> Observation:
    """The first good answer to one of these requests, in their order; where there is none, the last one."""
    for request in requests[:-1]:
        answer = await send(request)
        if answer.status == _GOOD:
            return answer
    return await send(requests[-1])
