"""When the registry is asked about an answer of the legacy face."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.location import config_directory
from config.rollout import Dialect
from config.routes import load_routes
from diffing.model import Comparison, Observation, Outcome
from proxy.compare.comparer import Question
from proxy.compare.repairs import Repairs, may_be_repaired
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.message.translation import Request, Translation
from proxy.translate.to_new import legacy_to_new

pytestmark = pytest.mark.anyio

ROUTES = load_routes(config_directory())
DIED = Observation(500, (("Content-Type", "text/html"),), b"")
BROKEN = Comparison(Outcome.LEGACY_ERROR)


def exchange(method: str = "GET", target: bytes = b"/api/v1/json/task/1") -> Exchange:
    """A request that PHP served, and the face was asked for, too."""
    request = Request(method, target)
    translation = legacy_to_new(request, ROUTES)
    assert isinstance(translation, Translation)
    writes = translation.writes
    decision = Decision(Dialect.LEGACY, translation.route, translation, Side.LEGACY, None, writes, face=True)
    return Exchange(datetime.now(UTC), decision, request, DIED)


def question(new: Observation) -> Question:
    """PHP died; the face answered."""
    return Question("task.get", "GET", {"task_id": "1"}, "none", "json", True, DIED, new, face=True)


async def test_only_reads_of_the_face_that_differ_are_judged() -> None:
    """Both sides must have answered."""
    asked = question(Observation(200, (), b"{}"))
    assert may_be_repaired(exchange(), asked, BROKEN)
    assert may_be_repaired(exchange(), asked, Comparison(Outcome.MISMATCH))
    assert not may_be_repaired(exchange(), asked, Comparison(Outcome.MATCH))
    assert not may_be_repaired(exchange(), replace(asked, face=False), BROKEN)
    assert not may_be_repaired(exchange(), replace(asked, control=True), BROKEN)
    assert not may_be_repaired(exchange(), question(Observation(None, (), b"", error="refused")), BROKEN)
    assert not may_be_repaired(exchange("DELETE"), asked, BROKEN)


async def test_a_configuration_that_is_gone_says_nothing(tmp_path: Path) -> None:
    """Another one is under way; until then the difference stays what it was."""
    asked = question(Observation(200, (), b"{}"))

    async def nothing(target: bytes = b"") -> tuple[Observation, Comparison]:
        raise AssertionError(target)

    async def unasked(target: bytes) -> Observation:
        raise AssertionError(target)

    repairs = Repairs(tmp_path / "gone")
    assert await repairs.judge(exchange(), asked, BROKEN, nothing, unasked) is BROKEN
    repairs.use(config_directory())
    said = Observation(200, (("Content-Type", "application/json"),), b"{}")

    async def undocumented() -> tuple[Observation, Comparison]:
        return said, BROKEN

    assert (await repairs.judge(exchange(), asked, BROKEN, undocumented, unasked)).verdict == BROKEN.verdict
