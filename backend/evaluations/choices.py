"""Filters of evaluation lists that are one of two words.

PHP judges their characters with all other filters and the words later, one after the other (legacy notes, task 4.2,
checks 3 and 6), so the readers take any text and the handler calls the checks.
"""

from typing import Any, Final

from backend.handling.unprocessable import unprocessable
from backend.input.filters import Text
from backend.input.parameters import Reader
from backend.operations import Call

PER_FOLD: Final = "547"
SORT_ORDER: Final = "549"


class PerFold(Reader):
    """Whether folds are listed instead of runs: ``true`` or ``false``."""

    def read(self, value: object) -> str:
        """Read a filter value; a JSON boolean is its word."""
        return str(value).lower() if isinstance(value, bool) else Text().read(value)

    def describe(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


class SortOrder(Text):
    """The order by value: ``asc`` or ``desc``; ``0`` is no order, as in PHP."""

    def describe(self) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": ["asc", "desc"]}


def check_per_fold(call: Call[Any], given: str | None) -> bool:
    """Refuse anything but the two words. ``given``: the filter, if given. Returns whether folds are asked for. Raises
    InputProblem: 422 with code 547.
    """
    if given not in (None, "true", "false"):
        message = 'Per fold can only be set to "true" or "false"'
        told = "Filters with illegal values: "  # always none of them
        raise unprocessable(call, ["per_fold"], "per_fold", message, code=PER_FOLD, additional=told)
    return given == "true"


def check_sort_order(call: Call[Any], given: str | None) -> str | None:
    """Refuse anything but the two words. ``given``: the filter, if given. Returns the order, if one is asked for.
    Raises InputProblem: 422 with code 549.
    """
    if given not in (None, "0", "asc", "desc"):
        message = 'The sort order can only be set to "asc" or "desc"'
        raise unprocessable(call, ["sort_order"], "sort_order", message, code=SORT_ORDER)
    return None if given == "0" else given
