"""Each write of the API, asked for several times at the same moment: one carries it out, and nobody sees a failure."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from config.location import config_directory
from config.routes import load_routes
from proxy.checking.scenarios import read_scenarios
from proxy.message.translation import Request, Translation
from proxy.translate.to_new import legacy_to_new
from tests.backend.conftest import Writable, writable
from tests.functional.evidence import evidence, kind_of
from tests.functional.usual import usual_first

__all__ = ["writable"]

pytestmark = pytest.mark.anyio

WRITE = Path(__file__).parent.parent / "recordings" / "write"
TIMES = 6

# Of these a second one is refused; others can be done again (an upload is a new version, a deletion finds nothing).
ONCE = {
    "dataset.tag",
    "task.tag",
    "flow.tag",
    "run.tag",
    "setup.tag",
    "dataset.add_topic",
    "flow.upload",
    "task.upload",
    "study.attach",
    "vote.up",
    "vote.down",
    "dataset.delete",
    "task.delete",
    "flow.delete",
    "run.delete",
    "dataset.untag",
    "task.untag",
    "flow.untag",
    "run.untag",
    "setup.untag",
    "vote.down_remove",
}


def first_writes() -> dict[str, Translation]:
    """For each route a recorded request that changed the pristine sample first, as the new API takes it."""
    routes = load_routes(config_directory(None))
    found: dict[str, Translation] = {}
    for play in usual_first(read_scenarios([WRITE])):
        step = next((step for step in play.steps if step.changes), None)
        if step is None or step.recording.response.status != 200:
            continue
        sent = step.recording.request
        translation = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
        if isinstance(translation, Translation) and translation.route is not None and translation.writes:
            found.setdefault(translation.route.name, translation)
    return found


WRITES = first_writes()


def test_what_can_be_done_once_is_asked_for() -> None:
    """Each kind that a key of the database or a check keeps from being done twice has a recorded request."""
    assert sorted(ONCE - WRITES.keys()) == []


async def test_of_identical_writes_at_once_none_fails(writable: Writable) -> None:
    """One answers, the others are refused where it can be done once; never a 5xx."""
    statuses: dict[str, Counter[int]] = {}
    for name, write in WRITES.items():
        headers = [pair for pair in write.headers if pair[0].lower() not in ("host", "content-length")]
        answers = await asyncio.gather(
            *(
                writable.http.request(
                    write.method, write.target.decode("latin-1"), headers=headers, content=write.body
                )
                for _ in range(TIMES)
            )
        )
        statuses[name] = Counter(answer.status_code for answer in answers)
    failed = {name: dict(counts) for name, counts in statuses.items() if max(counts) >= 500}
    assert failed == {}
    twice = {name: dict(statuses[name]) for name in sorted(ONCE) if statuses[name][200] != 1}
    assert twice == {}
    evidence(
        f"{len(statuses)} writing routes on {kind_of(writable.database)}, {TIMES} identical requests at once: no 5xx, "
        f"and one success of each of the {len(ONCE)} that can be done once"
    )
