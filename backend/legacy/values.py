"""Values as the text that the database server gives PHP."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from backend.database.numbers import double_text

Value: TypeAlias = str | int | float | Decimal | date | None


def text_of(value: Value) -> str:
    """The text of a value, as PHP gets it.

    Args:
        value: As the driver gives it.

    Returns:
        Numbers as the server prints them, times as ``YYYY-MM-DD HH:MM:SS``, nothing for NULL.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "1" if value else ""
        case float():
            return double_text(value) or ""
        case datetime():
            return value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def filled(value: int | None, digits: int) -> str:
    """A ZEROFILL column's text.

    Args:
        value: Its number.
        digits: The width of the column.
    """
    return "" if value is None else str(value).zfill(digits)


def float_text(value: float | None) -> str:
    """A FLOAT column's text: six significant digits, as the server prints single precision."""
    return "" if value is None else double_text(float(f"{value:.6g}")) or ""
