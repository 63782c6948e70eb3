"""One runner: further answers are asked for until a comparison says something."""

import pytest

from config.location import config_directory
from config.problems import load_problems
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.further import MOST, Further
from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome, SkipReason
from proxy.compare.runner import UNDERIVED, compared, first_answered, settle
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request
from tests.proxy.exchanges import ROUTES, served

pytestmark = pytest.mark.anyio
MATCH = Comparison(Outcome.MATCH)
JSON = (("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*"))
NAMES = Observation(200, JSON, b'{"feature_qualities_list":{"quality":["a"]}}')
TARGET = b"/api/v1/json/data/features/qualities/list"


def exchange() -> Exchange:
    """PHP and the new side have answered."""
    made = served("GET", TARGET)
    made.legacy = made.new = NAMES
    made.asked = Asked(ROUTES["dataset.feature_quality_names"], "GET")
    return made


@pytest.mark.parametrize(
    ("wanted", "expected"), [(0, MATCH), (3, MATCH), (MOST, MATCH), (MOST + 1, UNDERIVED)]
)
async def test_what_is_wanted_is_asked_for(wanted: int, expected: Comparison) -> None:
    """Each once, and no more than a comparison may need."""
    asked: list[Further] = []

    async def compare(found: Exchange) -> Judgement:
        if len(found.answers) == wanted:
            return found.judged(MATCH)
        return found.judged(Comparison(None, follow_up=FollowUp.PREMISE, question=f"/{len(found.answers)}"))

    async def ask(further: Further) -> Observation:
        asked.append(further)
        return Observation(200, (), b"")

    item = exchange()
    await settle(item, compare, ask)
    assert item.comparison == expected
    assert asked == [*item.answers]
    assert asked == [(FollowUp.PREMISE, f"/{number}") for number in range(min(wanted, MOST))]


@pytest.mark.parametrize(
    ("comparison", "verdict"),
    [
        (Comparison(None, follow_up=FollowUp.UNLIMITED), "skipped:limited"),
        (Comparison(None), "skipped:underived"),
    ],
)
async def test_what_cannot_be_known_is_skipped(comparison: Comparison, verdict: str) -> None:
    """With the reason why it is not asked for, or because there is nothing to ask."""

    async def compare(found: Exchange) -> Judgement:
        return found.judged(comparison)

    async def ask(_further: Further) -> SkipReason:
        return SkipReason.LIMITED

    item = exchange()
    await settle(item, compare, ask)
    assert item.comparison.verdict == verdict


def test_an_exchange_says_how_it_is_compared() -> None:
    """The new API by the registry, the legacy face and one side with itself as they are."""
    config = config_directory()
    differ = Differ(load_registry(config), load_problems(config))
    of_the_new_api, of_the_face, of_one_side = exchange(), exchange(), exchange()
    of_the_face.decision = served("GET", TARGET, face=True).decision
    of_one_side.control = True
    found = [compared(differ, item).outcome for item in (of_the_new_api, of_the_face, of_one_side)]
    assert found == [Outcome.MISMATCH, Outcome.MATCH, Outcome.MATCH]


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
