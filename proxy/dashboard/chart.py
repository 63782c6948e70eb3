"""Traffic over time as an inline SVG: stacked bars by verdict, readable without colours by its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from diffing.model import Outcome
from proxy.log.moments import Timeline

HEIGHT: Final = 160
WIDTH: Final = 960
KINDS: Final = ("match", "explained", "mismatch", "errors", "skipped")
"""Bottom to top, and the classes of the rectangles."""

RANGES: Final[Mapping[str, tuple[timedelta, timedelta]]] = MappingProxyType(
    {
        "15m": (timedelta(minutes=15), timedelta(seconds=15)),
        "1h": (timedelta(hours=1), timedelta(minutes=1)),
        "6h": (timedelta(hours=6), timedelta(minutes=5)),
        "24h": (timedelta(hours=24), timedelta(minutes=15)),
        "7d": (timedelta(days=7), timedelta(hours=2)),
        "30d": (timedelta(days=30), timedelta(hours=8)),
        "90d": (timedelta(days=90), timedelta(days=1)),
    }
)
"""How far a chart looks back, and how long a bar is."""
_LABELS: Final = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the chart, in its units."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with their axes.

    Args:
        bars: The rectangles.
        times: Labels below, evenly spaced from the first to the last moment.
        numbers: Labels at the side, evenly spaced from top to ground.
        step: How long a bar is, in words.
    """

    bars: Sequence[Bar]
    times: Sequence[str]
    numbers: Sequence[str]
    step: str


def kind_of(verdict: str) -> str:
    """The kind under which a verdict is drawn."""
    name = verdict.partition(":")[0]
    if name == Outcome.QUEUED:
        # Its verdict is still to come.
        return str(Outcome.SKIPPED)
    return name if name in KINDS else "errors"


def range_of(span: timedelta) -> str:
    """The shortest range that shows so much time; a day where it is more than that."""
    return next((name for name in ("15m", "1h", "6h") if RANGES[name][0] >= span), "24h")


def chart(found: Timeline) -> Chart:
    """Draw exchanges over time."""
    sums = {at: _kinds(verdicts) for at, verdicts in found.steps.items()}
    highest = _round_up(max((sum(kinds.values()) for kinds in sums.values()), default=1))
    width = WIDTH / found.count
    bars = [
        bar
        for at, kinds in sorted(sums.items())
        for bar in _stack(kinds, (at - found.begin) // found.step * width, width, highest, at)
    ]
    whole = found.count * found.step
    form = "%H:%M" if whole <= timedelta(days=1) else "%b %d"
    times = [f"{found.begin + whole * part / _LABELS:{form}}" for part in range(_LABELS + 1)]
    numbers = [f"{highest:,}", f"{highest / 2:,.10g}", "0"]
    return Chart(bars, times, numbers, _words(found.step))


def _kinds(verdicts: Mapping[str, int]) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for verdict, number in verdicts.items():
        kinds[kind_of(verdict)] = kinds.get(kind_of(verdict), 0) + number
    return kinds


def _stack(kinds: Mapping[str, int], x: float, width: float, highest: int, start: datetime) -> Sequence[Bar]:
    found = []
    top = float(HEIGHT)
    for kind in KINDS:
        number = kinds.get(kind, 0)
        if number > 0:
            # What is rare must be seen: half a unit at least.
            height = max(0.5, number / highest * HEIGHT)
            top -= height
            title = f"{start:%Y-%m-%d %H:%M:%S}: {number} {kind}"
            found.append(
                Bar(kind, round(x, 2), round(top, 2), round(width * 0.9, 2), round(height, 2), title)
            )
    return found


def _round_up(number: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 …"""
    digit = int("1".ljust(len(str(number)), "0"))
    return next(factor * digit for factor in (1, 2, 5, 10) if factor * digit >= number)


def _words(step: timedelta) -> str:
    seconds = int(step.total_seconds())
    for name, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            count = seconds // length
            return name if count == 1 else f"{count} {name}s"
    return f"{seconds} seconds"
