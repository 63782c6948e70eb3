"""When the registry is asked about an answer of the legacy face."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.location import config_directory
from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.compare.repairs import Repairs, may_be_repaired
from proxy.exchange.exchange import Exchange
from tests.proxy.exchanges import ROUTES, served

pytestmark = pytest.mark.anyio

DIED = Observation(500, (("Content-Type", "text/html"),), b"")
SAID = Observation(200, (), b"{}")
BROKEN = Comparison(Outcome.LEGACY_ERROR)


def exchange(method: str = "GET", comparison: Comparison = BROKEN, new: Observation = SAID) -> Exchange:
    """PHP died; the face answered."""
    made = served(method, b"/api/v1/json/task/1", face=True)
    made.legacy, made.new = DIED, new
    made.asked = Asked(ROUTES["task.get"], method, {"task_id": "1"})
    made.judgement = made.judged(comparison)
    return made


async def test_only_reads_of_the_face_that_differ_are_judged() -> None:
    """Both sides must have answered."""
    found = exchange()
    assert may_be_repaired(found)
    assert may_be_repaired(exchange(comparison=Comparison(Outcome.MISMATCH)))
    assert not may_be_repaired(exchange(comparison=Comparison(Outcome.MATCH)))
    assert not may_be_repaired(replace(found, decision=replace(found.decision, face=False)))
    assert not may_be_repaired(replace(found, control=True))
    assert not may_be_repaired(exchange(new=Observation(None, (), b"", error="refused")))
    assert not may_be_repaired(exchange("DELETE"))


async def test_a_configuration_that_is_gone_says_nothing(tmp_path: Path) -> None:
    """Another one is under way; until then the difference stays what it was."""
    found = exchange()

    async def nothing() -> Exchange:
        raise AssertionError

    async def unasked(target: bytes) -> Observation:
        raise AssertionError(target)

    repairs = Repairs(tmp_path / "gone")
    await repairs.judge(found, nothing, unasked)
    assert found.comparison is BROKEN
    repairs.use(config_directory())

    async def undocumented() -> Exchange:
        return exchange(new=Observation(200, (("Content-Type", "application/json"),), b"{}"))

    await repairs.judge(found, undocumented, unasked)
    assert found.comparison.verdict == BROKEN.verdict
