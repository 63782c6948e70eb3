"""Interleaved medians: what is compared is measured in turn, so that the machine's mood hits all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping


def medians(rounds: int, cases: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each case over so many rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            start = time.perf_counter()
            case()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


async def async_medians(
    rounds: int, cases: Mapping[str, Callable[[], Awaitable[object]]]
) -> dict[str, float]:
    """As medians, for what is awaited."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            start = time.perf_counter()
            await case()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def show(title: str, base: str, found: Mapping[str, float]) -> None:
    """One line per case: milliseconds, and the ratio to the base."""
    print(f"\n{title}")
    for name, seconds in found.items():
        print(f"  {name:<44} {seconds * 1000:10.3f} ms   {seconds / found[base]:8.2f} x")
