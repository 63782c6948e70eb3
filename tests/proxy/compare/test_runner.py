"""One runner: further answers are asked for until a comparison says something."""

import pytest

from diffing.further import MOST, Answers, Further
from diffing.model import Comparison, FollowUp, Observation, Outcome, SkipReason
from proxy.compare.runner import UNDERIVED, first_answered, settle
from proxy.message.translation import Request

pytestmark = pytest.mark.anyio
MATCH = Comparison(Outcome.MATCH)


@pytest.mark.parametrize(
    ("wanted", "expected"), [(0, MATCH), (3, MATCH), (MOST, MATCH), (MOST + 1, UNDERIVED)]
)
async def test_what_is_wanted_is_asked_for(wanted: int, expected: Comparison) -> None:
    """Each once, and no more than a comparison may need."""
    asked: list[Further] = []

    async def compare(answers: Answers) -> Comparison:
        if len(answers) == wanted:
            return MATCH
        return Comparison(None, follow_up=FollowUp.PREMISE, question=f"/{len(answers)}")

    async def ask(further: Further) -> Observation:
        asked.append(further)
        return Observation(200, (), b"")

    answers: dict[Further, Observation] = {}
    assert await settle(compare, ask, answers) == expected
    assert asked == [*answers] == [(FollowUp.PREMISE, f"/{number}") for number in range(min(wanted, MOST))]


async def test_what_is_not_to_be_asked_for_is_skipped() -> None:
    """With the reason."""

    async def compare(_answers: Answers) -> Comparison:
        return Comparison(None, follow_up=FollowUp.UNLIMITED)

    async def ask(_further: Further) -> SkipReason:
        return SkipReason.LIMITED

    assert (await settle(compare, ask, {})).verdict == "skipped:limited"


async def test_what_says_nothing_is_underived() -> None:
    """No outcome and no further question."""

    async def compare(_answers: Answers) -> Comparison:
        return Comparison(None)

    async def ask(_further: Further) -> Observation:
        raise AssertionError

    assert await settle(compare, ask, {}) == UNDERIVED


@pytest.mark.parametrize(
    ("statuses", "expected"), [((200, 200), (200, 1)), ((412, 200), (200, 2)), ((412, 413), (413, 2))]
)
async def test_the_first_good_answer_counts(statuses: tuple[int, int], expected: tuple[int, int]) -> None:
    """Else the last one."""
    sent: list[Request] = []

    async def send(request: Request) -> Observation:
        sent.append(request)
        return Observation(statuses[int(request.target)], (), b"")

    found = await first_answered([Request("GET", b"0"), Request("GET", b"1")], send)
    assert (found.status, len(sent)) == expected
