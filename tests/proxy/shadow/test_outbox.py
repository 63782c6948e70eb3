"""What the shadow's process tells: verdicts in batches, and exchanges only where they are worth keeping."""

import pickle
from dataclasses import replace

import pytest

from proxy.runtime.telemetry import Telemetry
from proxy.shadow.messages import ShadowReport
from proxy.shadow.outbox import Outbox
from tests.proxy.logs import FIRST, NEW, finding

pytestmark = pytest.mark.anyio


class Kept:
    """What is written, message by message."""

    def __init__(self) -> None:
        self.messages: list[ShadowReport] = []
        self.closing = False

    def is_closing(self) -> bool:
        """Whether the proxy is gone."""
        return self.closing

    def write(self, data: bytes) -> None:
        """Read it again."""
        self.messages.append(pickle.loads(data[8:]))


async def test_verdicts_are_told_in_batches() -> None:
    """With their numbers, and with what was counted since the last time."""
    kept, telemetry = Kept(), Telemetry()
    outbox = Outbox(kept, telemetry)  # type: ignore[arg-type]  # only write is needed
    outbox.open_breakers = lambda: ["new"]
    telemetry.reasked, telemetry.breaker_opened["new"], telemetry.recorded["written"] = 2, 1, 3
    for number in (1, 2):
        outbox.add(replace(finding(FIRST), number=number))
    assert kept.messages == []
    outbox.flush()
    telemetry.reasked = 3
    outbox.flush()
    first, second = kept.messages
    assert [number for number, _, _ in first.judged] == [1, 2]
    assert (first.grown, first.breakers) == (
        {"reasked": 2, "breaker new": 1, "recorded written": 3},
        ["new"],
    )
    assert (second.grown, second.judged) == ({"reasked": 1}, [])


async def test_nothing_is_told_to_a_proxy_that_is_gone() -> None:
    """Nor is that an error."""
    kept = Kept()
    outbox = Outbox(kept, Telemetry())  # type: ignore[arg-type]  # only these are needed
    outbox.add(finding(FIRST))
    kept.closing = True
    outbox.flush()
    assert kept.messages == []


async def test_only_smaller_samples_are_sent() -> None:
    """Whoever keeps them keeps the smallest of a cluster; a match needs none."""
    kept = Kept()
    outbox = Outbox(kept, Telemetry())  # type: ignore[arg-type]  # only write is needed
    for padding in ("xx", "xxx", "x"):
        outbox.add(finding(FIRST, NEW, padding=padding))
    outbox.add(finding(FIRST))
    outbox.flush()
    sent = [sample for _, _, sample in kept.messages[0].judged]
    assert [sample is not None for sample in sent] == [True, False, True, False]


async def test_a_verdict_that_cannot_be_told_is_told_without_its_example() -> None:
    """And keeps no other back."""
    kept, telemetry = Kept(), Telemetry()
    outbox = Outbox(kept, telemetry)  # type: ignore[arg-type]  # only write is needed
    bad = finding(FIRST, NEW)
    assert bad.judgement is not None
    judgement = replace(bad.judgement, example={"x": lambda: None})
    outbox.add(replace(bad, number=1, judgement=judgement))
    outbox.add(replace(finding(FIRST, NEW), number=2))
    outbox.flush()
    [found] = kept.messages
    assert [(number, bool(item.example)) for number, item, _ in found.judged] == [(1, False), (2, True)]
    assert telemetry.task_failures == {"verdicts": 1}
