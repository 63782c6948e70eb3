"""Values as the text that the database server gives PHP."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from backend.database.numbers import double_text

Value: TypeAlias = str | int | float | Decimal | date | None


def text_of(value: Value) -> str:
    """The text of a value, as PHP gets it. ``value``: as the driver gives it. Returns numbers as the server prints
    them, times as ``YYYY-MM-DD HH:MM:SS``, nothing for NULL.
    """
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]  # the type says it
    if kind is int:
        return str(value)
    if kind is float:
        return _double(value)
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else ""
        case datetime():
            return value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


@lru_cache(maxsize=4096)
def _double(value: float) -> str:
    """Lists have the same numbers again and again."""
    return double_text(value) or ""
