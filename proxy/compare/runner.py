"""The one runner of comparisons: of the shadow, of recordings, of scenarios, and between live servers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from diffing.compare import Differ
from diffing.face import compare_faces, face_asked
from diffing.further import MOST, WHOLE, Further, wanted
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.compare.control import same_side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request

UNDERIVED: Final = Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED)
_GOOD: Final = 200

Compare = Callable[[Exchange], Awaitable[Judgement]]
AskFurther = Callable[[Further], Awaitable[Observation | SkipReason]]
_Request = TypeVar("_Request", bound=Request)


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


def compared(differ: Differ, exchange: Exchange) -> Comparison:
    """Compare once, by the answers that are there."""
    asked, legacy, new = exchange.asked, exchange.legacy, exchange.new
    assert asked is not None
    assert legacy is not None
    assert new is not None
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
