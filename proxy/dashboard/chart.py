"""Traffic over time as an inline SVG: stacked bars by verdict, readable without colours by its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HEIGHT: Final = 120
WIDTH: Final = 960
KINDS: Final = ("match", "explained", "mismatch", "errors", "skipped")
"""Bottom to top, and the classes of the rectangles."""

_MOST_BARS: Final = 96


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the chart, in its units."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str


def kind_of(verdict: str) -> str:
    """The kind under which a verdict is drawn."""
    name = verdict.partition(":")[0]
    return name if name in KINDS else "errors"


def bars(hours: Mapping[datetime, Mapping[str, int]]) -> list[Bar]:
    """The rectangles of a chart. ``hours``: exchanges by hour and kind; more than can be seen are drawn several hours
    a bar.
    """
    if not hours:
        return []
    first, last = min(hours), max(hours)
    count = int((last - first).total_seconds() // 3600) + 1
    step = -(-count // _MOST_BARS)
    sums: list[dict[str, int]] = [{} for _ in range(-(-count // step))]
    for hour, kinds in hours.items():
        place = sums[int((hour - first).total_seconds() // 3600) // step]
        for kind, number in kinds.items():
            place[kind] = place.get(kind, 0) + number
    highest = max(sum(kinds.values()) for kinds in sums) or 1
    width = min(WIDTH / len(sums), 40.0)
    return [
        bar
        for index, kinds in enumerate(sums)
        for bar in _stack(kinds, index * width, width, highest, first + timedelta(hours=index * step))
    ]


def _stack(kinds: Mapping[str, int], x: float, width: float, highest: int, start: datetime) -> Sequence[Bar]:
    found = []
    top = float(HEIGHT)
    for kind in KINDS:
        number = kinds.get(kind, 0)
        if number:
            # What is rare must be seen: half a unit at least.
            height = max(0.5, number / highest * (HEIGHT - 4))
            top -= height
            title = f"{start:%Y-%m-%d %H:%M}: {number} {kind}"
            found.append(
                Bar(kind, round(x, 2), round(top, 2), round(width * 0.9, 2), round(height, 2), title)
            )
    return found
