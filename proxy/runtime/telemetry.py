"""What is measured beside the counters: it serves operators and is not part of the evidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# Upper bounds of the latency histogram, in seconds.
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(slots=True)
class Histogram:
    """Durations by upper bound; the last count is of those above all bounds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self.total += seconds
        for place, bound in enumerate(BOUNDS):
            if seconds <= bound:
                self.counts[place] += 1
                return
        self.counts[-1] += 1

    def merge(self, counts: Sequence[int], total: float) -> None:
        """Add the counts of another process."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, counts, strict=True)]
        self.total += total


@dataclass(slots=True)
class Telemetry:
    """Counts of one process.

    Args:
        active: Requests under way.
        fallbacks: Requests that legacy served because the new side failed, by route.
        answers: Answers to clients by status.
        refusals: Requests that the proxy refused, by status.
        rehearsals: Rehearsed writes, by what came of them.
        reasked: Mismatches that were asked again.
        breaker_opened: How often a side was left alone, by side.
        recorded: Exchanges of live traffic by what came of recording them.
        shed: Captures that the queue of a fleet did not get, by reason.
        reloads: Configurations that were taken over.
        reload_failures: Configurations that were refused.
        comparers: How often the comparing process had to be started again.
        shadows: How often the process of the shadow had to be started again.
        side_errors: Requests that a side did not answer, by side.
        task_failures: How often a long-lived task failed, or an item of one, by its name.
        clusters: How many clusters the diff log has, by state.
        cluster_changes: How many clusters were told as ``new`` and as ``regressed``.
        durations: How long things took, by stage and side: ``served legacy``, ``asked new``; ``compared new`` by the
            dialect in which the new side was asked.
    """

    active: int = 0
    fallbacks: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    refusals: Counter[int] = field(default_factory=Counter)
    rehearsals: Counter[str] = field(default_factory=Counter)
    reasked: int = 0
    breaker_opened: Counter[str] = field(default_factory=Counter)
    recorded: Counter[str] = field(default_factory=Counter)
    shed: Counter[str] = field(default_factory=Counter)
    reloads: int = 0
    reload_failures: int = 0
    comparers: int = 0
    shadows: int = 0
    side_errors: Counter[str] = field(default_factory=Counter)
    task_failures: Counter[str] = field(default_factory=Counter)
    clusters: Counter[str] = field(default_factory=Counter)
    cluster_changes: Counter[str] = field(default_factory=Counter)
    durations: dict[str, Histogram] = field(default_factory=dict)

    def took(self, stage: str, side: str, seconds: float) -> None:
        """Count how long ``served``, ``asked`` or ``compared`` took."""
        found = self.durations.get(key := f"{stage} {side}")
        if found is None:
            found = self.durations[key] = Histogram()
        found.add(seconds)

    def timings(self) -> dict[str, list[Any]]:
        """Counts by upper bound and the sum of each duration, as JSON has it."""
        return {key: [timing.counts, timing.total] for key, timing in self.durations.items()}
