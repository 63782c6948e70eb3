"""The filters of task lists (legacy notes, task 1.2)."""

from typing import Annotated

from backend.filters import (
    Digits,
    OptionalDigits,
    OptionalIds,
    OptionalLimit,
    OptionalRange,
    OptionalText,
    Status,
    Text,
)
from backend.parameters import Parameters, refuse

NO_RESULTS = "482"
"""The code of an empty list."""


class TaskTypeId(Digits):
    """The id of a task type.

    PHP takes any text and lets the database find a number at its start, mostly none: so text that is no number
    has the code of no results.
    """

    def read(self, value: object) -> int:
        """Read a filter value."""
        if isinstance(value, str) and Text().read(value) and not (value.isascii() and value.isdigit()):
            refuse("digits", "Give one run of decimal digits", code=NO_RESULTS)
        return super().read(value)


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
