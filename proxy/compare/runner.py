"""The one runner of comparisons: of the shadow, of recordings, of scenarios, and between live servers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from diffing.further import MOST, Answers, Further, wanted
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.message.translation import Request

UNDERIVED: Final = Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED)
_GOOD: Final = 200

Compare = Callable[[Answers], Awaitable[Comparison]]
AskFurther = Callable[[Further], Awaitable[Observation | SkipReason]]
_Request = TypeVar("_Request", bound=Request)


async def settle(compare: Compare, ask: AskFurther, answers: dict[Further, Observation]) -> Comparison:
    """Compare, and ask for what a comparison must know first, until it says something. Returns a settled comparison;
    ``skipped:underived`` where nothing can be derived.

    Args:
        compare: Compares by the further answers that are there.
        ask: Asks for one more; a reason where it is not to be asked for.
        answers: Those that are there; the others are added.
    """
    while True:
        comparison = await compare(answers)
        further = wanted(comparison)
        if further is None:
            return UNDERIVED if comparison.outcome is None else comparison
        if len(answers) >= MOST:
            return UNDERIVED
        answer = await ask(further)
        if isinstance(answer, SkipReason):
            return Comparison(Outcome.SKIPPED, answer)
        answers[further] = answer


async def first_answered(
    requests: Sequence[_Request], send: Callable[[_Request], Awaitable[Observation]]
) -> Observation:
    """The first good answer to one of these requests, in their order; where there is none, the last one."""
    for request in requests[:-1]:
        answer = await send(request)
        if answer.status == _GOOD:
            return answer
    return await send(requests[-1])
