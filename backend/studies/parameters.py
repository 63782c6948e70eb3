"""What requests for studies may say (legacy notes, flow 4.2 and 4.3; new-API contract, decisions 4 and 7)."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote

from backend.input.filters import Digits, Limit, Text
from backend.input.parameters import Parameters, PathId, Reader, refuse
from config.php.numbers import digits_of, is_numeric

PARTS = ("runs", "flows", "setups", "data", "tasks")
"""Kinds of members that a path may name."""

STATUSES = ("active", "deactivated", "in_preparation")
USUAL_STATUS = "active"
UNKNOWN_PART = "600"


@dataclass(frozen=True, slots=True)
class StudyKey:
    """What a study is looked up by. ``id``: its number; None for a lookup by alias. ``alias``: its alias, exactly as
    it stands in the path.
    """

    id: int | None
    alias: str

    def __str__(self) -> str:
        """As the caller wrote it."""
        return self.alias


class IdOrAlias(Reader):
    """The id or the alias of a study: what PHP calls numeric is never an alias."""

    def from_php(self, text: str) -> str:
        """A number in decimal digits."""
        return digits_of(text) if is_numeric(text) else text

    def read(self, value: object) -> StudyKey:
        """Read a raw segment."""
        text = str(value)
        if is_numeric(text):
            return StudyKey(int(str(PathId().read(text))), text)
        return StudyKey(None, text)

    def describe(self) -> dict[str, Any]:
        """An integer, or text."""
        return {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1}]}


class Unjudged(str):
    """A text that the handler judges, where PHP looks at other things first."""


class MemberKind(Reader):
    """A kind of members; an unknown one has a code of its own."""

    def from_php(self, text: str) -> str:
        """The segment as it is: PHP judges it when it has found the study."""
        return Unjudged(text)

    def read(self, value: object) -> str:
        """Read a raw segment, percent-decoded once."""
        if isinstance(value, Unjudged):
            return value
        text = unquote(str(value))
        if text not in PARTS:
            refuse(
                "study_part",
                "{part} is none of {parts}",
                code=UNKNOWN_PART,
                part=text,
                parts=", ".join(PARTS),
            )
        return text

    def describe(self) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": [*PARTS]}

    def codes(self) -> tuple[str, ...]:
        """That of any other word."""
        return (UNKNOWN_PART,)


class StudyStatus(Reader):
    """The status of studies; the column compares exactly, so letter case counts."""

    def from_php(self, text: str) -> str:
        """``0`` is no status, for which the usual one stands."""
        return USUAL_STATUS if text == "0" else text

    def read(self, value: object) -> str | None:
        """Read a filter value; None is no restriction."""
        text = Text().read(value)
        if text == "all":
            return None
        word = text.rstrip(" ")
        if word not in STATUSES:
            refuse("status", "Give one of {words}", words=", ".join([*STATUSES, "all"]))
        return word

    def describe(self) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": [*STATUSES, "all"]}


class DigitsOrNone(Reader):
    """An integer; exactly ``0`` is no restriction, as PHP takes it for false. ``00`` is 0, which no column holds."""

    def read(self, value: object) -> int | None:
        """Read a filter value; None is no restriction."""
        number = Digits().read(value)
        return None if str(value) == "0" else number

    def describe(self) -> dict[str, Any]:
        """A natural number."""
        return Digits().describe()


class SuiteId(DigitsOrNone):
    """The id of a suite."""

    def from_php(self, text: str) -> str:
        """The first of a list, which never is no restriction."""
        return text if "," not in text else f"0{Digits().from_php(text)}"


class StudyPath(Parameters):
    """A study by its id or alias."""

    study_id: Annotated[StudyKey, IdOrAlias()]


class StudyPart(StudyPath):
    """A study by its id or alias, and the members that are asked for."""

    part: Annotated[str, MemberKind()]


class StudyFilters(Parameters):
    """The filters of the list, in PHP's order. ``0`` is no restriction for uploader, type and suite."""

    limit: Annotated[int | None, Limit()] = None
    offset: Annotated[int | None, Digits()] = None
    main_entity_type: Annotated[str | None, Text()] = None
    uploader: Annotated[int | None, DigitsOrNone()] = None
    status: Annotated[str | None, StudyStatus()] = USUAL_STATUS
    benchmark_suite: Annotated[int | None, SuiteId()] = None
