"""Windows of time: what stands behind type and id in the path (legacy notes, flow 9)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from backend.input.parameters import Reader, refuse

BEGINNING = date(2013, 1, 1)
"""From when scores count: OpenML is not older."""

_PER_DAY = "_perday"
_DIGITS = re.compile(r"[0-9]{1,4}")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time.

    Args:
        label: What the answer calls it, when it is one part.
        start: First day; None for no restriction.
        end: The day after the last one; None for no end.
        per_day: One part per day.
    """

    label: str
    start: date | None
    end: date | None = None
    per_day: bool = False

    @property
    def since(self) -> datetime | None:
        """The moment when it begins."""
        return None if self.start is None else datetime.combine(self.start, time())

    @property
    def until(self) -> datetime | None:
        """The moment before which it ends."""
        return None if self.end is None else datetime.combine(self.end, time())

    def days(self) -> Iterator[date]:
        """The days of a window that has an end."""
        if self.start is not None and self.end is not None:
            for number in range((self.end - self.start).days):
                yield self.start + number * _DAY


class WindowPath(Reader):
    """The segments behind type and id; that they name no window is known before the id is looked at, as in PHP."""

    def read(self, value: object) -> str:
        """Read the rest of a path."""
        if read_window(segments_of(str(value)), BEGINNING) is None:
            # PHP calls it a function that does not exist.
            message = "Give a window like 2019, 2019/06, 2019/06/23, 2019_perday, lastmonth or today"
            refuse("id", message, code="100")
        return str(value)

    def describe(self) -> dict[str, Any]:
        """Any text that is not empty."""
        return {"type": "string", "minLength": 1}


def segments_of(path: str) -> list[str]:
    """The segments of the rest of a path."""
    return [segment for segment in path.split("/") if segment]


def read_window(segments: Sequence[str], today: date) -> Window | None:
    """Read a window. ``segments``: the path's segments behind type and id. ``today``: the present day. Returns the
    window; None when the segments name none.
    """
    if not segments:
        return Window("2013-1-1", BEGINNING)
    word = segments[0]
    if word[:1].isdigit():
        return _numbered(segments)
    name, per_day = word.removesuffix(_PER_DAY), word.endswith(_PER_DAY)
    tomorrow = today + _DAY
    # Segments behind a keyword are ignored, as PHP does.
    match name:
        case "thismonth" | "thisyear":
            return _running(today, months=name == "thismonth", per_day=per_day)
        case "lastday" if not per_day:
            # PHP's date function is given a text where it wants a time: version 7.4 warns and restricts nothing.
            return Window("", None)
        case "lastday" | "lastmonth" | "lastyear":
            start = _ago(today, name)
            return Window(start.isoformat(), start, tomorrow if per_day else None, per_day)
        case "today" if not per_day:
            return Window(today.isoformat(), today)
        case _:
            return None


def _running(today: date, *, months: bool, per_day: bool) -> Window:
    """The present month or year: as one part it restricts nothing.

    PHP compares times with ``2026-11`` or ``2026``, which the database takes for no time; clients that show the
    number show the total, so it stays what it is (legacy notes, flow 9); what has no time does not count.
    """
    start = today.replace(day=1) if months else today.replace(month=1, day=1)
    if per_day:
        return Window(start.isoformat(), start, today + _DAY, per_day=True)
    return Window(f"{today:%Y-%m}" if months else f"{today:%Y}", date.min)


def _ago(today: date, name: str) -> date:
    """A day, month or year back; as in PHP, a day that the month does not have runs over into the next one."""
    if name == "lastday":
        return today - _DAY
    year, month = (today.year - 1, today.month) if name == "lastyear" else (today.year, today.month - 1)
    return _day(year, month, today.day) or BEGINNING


def _numbered(segments: Sequence[str]) -> Window | None:
    """``YYYY``, ``YYYY/MM``, ``YYYY/MM/DD``, the first two also per day."""
    *heads, last = segments
    per_day = last.endswith(_PER_DAY)
    texts = [*heads, last.removesuffix(_PER_DAY)]
    if len(texts) > (2 if per_day else 3) or not all(_DIGITS.fullmatch(text) for text in texts):
        return None
    numbers = [int(text) for text in texts]
    year = _four_digits(numbers[0])
    month, day = [*numbers[1:], 1, 1][:2] if len(numbers) > 1 else (1, 1)
    start = _day(year, month, day)
    match len(numbers):
        case 1:
            end = _day(year + 1, 1, 1)
        case 2:
            # Per day PHP goes on to the same month of the next year.
            end = _day(year + 1, month, 1) if per_day else _day(year, month + 1, 1)
        case _:
            end = _day(year, month, day + 1)
    return None if start is None or end is None else Window(start.isoformat(), start, end, per_day)


def _four_digits(year: int) -> int:
    """Years of two digits as PHP's mktime takes them."""
    if year < 70:
        return 2000 + year
    return 1900 + year if year <= 100 else year


def _day(year: int, month: int, day: int) -> date | None:
    """A day whose month or day may be too large or 0, as PHP's mktime; None beyond what a date can be."""
    years, months = divmod(month - 1, 12)
    try:
        return date(year + years, months + 1, 1) + timedelta(days=day - 1)
    except (ValueError, OverflowError):
        return None
