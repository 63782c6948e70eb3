"""The filters of a request for unevaluated runs.

PHP refuses a filter without a value before it judges any value, and takes ``0`` for a filter that is not given
(legacy notes, task 4.3), so the readers take everything and `read_filters` judges.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic_core import PydanticCustomError

from backend.handling.unprocessable import unprocessable
from backend.input.filters import Ids, Text
from backend.input.parameters import Parameters, Reader
from backend.operations import Call

NO_VALUE: Final = "1014"
ILLEGAL: Final = "1012"


@dataclass(frozen=True)
class Judged(Reader):
    """A filter whose value is judged by the handler. ``judge``: reads the value then."""

    judge: Reader

    def read(self, value: object) -> object:
        """Read a filter value: as it is."""
        return value

    def describe(self) -> dict[str, Any]:
        """What the judge accepts."""
        return self.judge.describe()


IDS: Final = Judged(Ids())
TEXT: Final = Judged(Text())


class RequestFilters(Parameters):
    """Which runs an engine wants."""

    ttid: Annotated[object, IDS] = None
    task: Annotated[object, IDS] = None
    tag: Annotated[object, TEXT] = None
    uploader: Annotated[object, IDS] = None
    setup: Annotated[object, IDS] = None


def read_filters(call: Call[Any], filters: RequestFilters) -> tuple[dict[str, tuple[int, ...]], str | None]:
    """Judge and read the filters. ``filters``: as they were given. Returns the ids by the names of the filters that
    are given, and the tag if there is one. Raises InputProblem: 422 with code 1014 or 1012.
    """
    given = {
        name: value for name in RequestFilters.model_fields if (value := getattr(filters, name)) is not None
    }
    if empty := [name for name, value in given.items() if value == ""]:
        message = f"No value specified for filter {', '.join(empty)}"
        raise unprocessable(
            call, empty, "missing_value", message, code=NO_VALUE, additional=f"Filter: {empty[0]}"
        )
    read: dict[str, Any] = {}
    wrong: dict[str, PydanticCustomError] = {}
    for name, value in given.items():
        try:
            read[name] = (TEXT if name == "tag" else IDS).judge.read(value)
        except PydanticCustomError as error:
            wrong[name] = error
    if wrong:
        first = next(iter(wrong.values()))
        message = f"Filters with illegal values: {', '.join(wrong)}. {first.message()}"
        raise unprocessable(call, list(wrong), first.type, message, code=ILLEGAL)
    kept = {name: value for name, value in read.items() if given[name] != "0"}
    tag = kept.pop("tag", None)
    return kept, tag
