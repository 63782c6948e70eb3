"""The filters of data set lists (legacy notes, data 10.3)."""

from typing import Annotated

from backend.input.filters import (
    DigitText,
    OptionalDigits,
    OptionalIds,
    OptionalLimit,
    OptionalRange,
    OptionalText,
    Status,
)
from backend.input.parameters import Parameters


class DatasetFilters(Parameters):
    """The filters of a list, in PHP's order of declaration."""

    tag: OptionalText = None
    status: Annotated[str | None, Status()] = "active"
    limit: OptionalLimit = None
    offset: OptionalDigits = None
    data_id: OptionalIds = None
    data_name: OptionalText = None
    data_version: Annotated[str | None, DigitText()] = None
    uploader: OptionalDigits = None
    number_instances: OptionalRange = None
    number_features: OptionalRange = None
    number_classes: OptionalRange = None
    number_missing_values: OptionalRange = None
