"""The filters of setup lists (legacy notes, flow 3.3)."""

from dataclasses import dataclass
from typing import Annotated, Any

from backend.handling.unprocessable import unprocessable
from backend.input.filters import Digits, Ids, Limit, Text
from backend.input.parameters import LARGEST, Parameters, Reader
from backend.operations import Call
from backend.problems import InputProblem

MOST = 1000
"""Setups that a list may have."""


@dataclass(frozen=True)
class OrBare(Reader):
    """A filter that may stand without a value: it is then given, and restricts nothing.

    PHP's ``setup/list/flow`` is the list of all setups, where ``setup/list`` is an error. ``reader``: reads a value
    that is there.
    """

    reader: Reader

    def read(self, value: object) -> object:
        """Read a filter value; None for empty text."""
        return None if value == "" else self.reader.read(value)

    def describe(self) -> dict[str, Any]:
        """What the reader takes, or empty text."""
        return {"anyOf": [self.reader.describe(), {"type": "string", "maxLength": 0}]}


class HighLimit(Limit):
    """A limit whose maximum the operation checks after all other filters, as PHP does."""

    def read(self, value: object) -> int:
        """Read a filter value."""
        limit = super().read(value)
        return LARGEST if limit is None else limit

    def describe(self) -> dict[str, Any]:
        """A positive number up to the maximum."""
        return {"type": "integer", "minimum": 1, "maximum": MOST}


class SetupFilters(Parameters):
    """The filters of a list, in PHP's order of declaration."""

    flow: Annotated[tuple[int, ...] | None, OrBare(Ids())] = None
    setup: Annotated[tuple[int, ...] | None, OrBare(Ids())] = None
    limit: Annotated[int | None, OrBare(HighLimit())] = None
    offset: Annotated[int | None, OrBare(Digits())] = None
    tag: Annotated[str | None, OrBare(Text())] = None


def check(call: Call[SetupFilters]) -> None:
    """Refuse a list without any filter, and one that asks for more than a list may have. Raises InputProblem: 670 or
    676, in PHP's order.
    """
    filters = call.parameters
    if not filters.model_fields_set:
        raise unprocessable(call, ["flow"], "missing", "Give at least one filter", code="670")
    if filters.limit is not None and filters.limit > MOST:
        message = f"The limit is too high; the highest is {MOST}"
        raise unprocessable(call, ["limit"], "less_than_equal", message, code="676", le=MOST)


def too_many(call: Call[SetupFilters], number: int) -> InputProblem:
    """The problem of a list without a limit that matches too much. ``number``: how many setups match."""
    message = f"{number} setups match, and a list may have {MOST}; give a limit or more filters"
    told = f"Allowed: {MOST}, found:{number}"
    return unprocessable(call, ["limit"], "too_many", message, code="673", additional=told, le=MOST)
