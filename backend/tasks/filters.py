"""The filters of task lists (legacy notes, task 1.2)."""

import re
from typing import Annotated

from backend.input.filters import (
    Digits,
    OptionalDigits,
    OptionalIds,
    OptionalLimit,
    OptionalRange,
    OptionalText,
    Status,
    Text,
)
from backend.input.parameters import Parameters, refuse
from config.php.numbers import NUMERIC, digits_of


class TaskTypeId(Digits):
    """The id of a task type.

    PHP takes any text and lets the database find a number at its start, mostly none. So what is no number, a
    list too, is told the code of "no results", like a range that is none.
    """

    def read(self, value: object) -> int:
        """Read a filter value."""
        several = isinstance(value, list)
        if several or (isinstance(value, str) and not re.fullmatch("[0-9]+", Text().read(value))):
            refuse("range", "Give the id of one task type in decimal digits")
        return super().read(value)

    def from_php(self, text: str) -> str:
        """The number that it begins with."""
        found = NUMERIC.match(text)
        return digits_of(found[0]) if found is not None else "0"


class TaskFilters(Parameters):
    """The filters of a list, in PHP's order of declaration."""

    task_type_id: Annotated[int | None, TaskTypeId()] = None
    tag: OptionalText = None
    data_tag: OptionalText = None
    status: Annotated[str | None, Status()] = "active"
    limit: OptionalLimit = None
    offset: OptionalDigits = None
    task_id: OptionalIds = None
    data_id: OptionalIds = None
    data_name: OptionalText = None
    number_instances: OptionalRange = None
    number_features: OptionalRange = None
    number_classes: OptionalRange = None
    number_missing_values: OptionalRange = None
