"""What a request may say, parameter by parameter: how it is read, what it is refused for.

Each reader is metadata of a pydantic field::

    class RunFilters(Parameters):
        run: Annotated[tuple[int, ...] | None, Ids()] = None
        limit: Annotated[int | None, Limit()] = None

and carries the JSON schema that the OpenAPI document shows. A reader gets the text of a path segment, the text
of a query parameter (a list of texts when it was repeated) or a JSON value; both spellings of a filter behave
the same (new-API contract, decision 4). The readers of list filters are in ``backend/input/filters.py``.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from config.php.numbers import digits_of, is_numeric

LARGEST = 2**63 - 1
"""Larger integers are read as this one, which no row has: integers beyond the column find nothing."""

BLANKS = " \t\n\r\v\f"
"""What a database skips around a number in a text."""

_INTEGER = re.compile(r"[+-]?[0-9]+")


class Parameters(BaseModel):
    """Base of all parameter declarations: unknown names are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """An operation without parameters."""


def refuse(kind: str, message: str, *, code: str | None = None, **context: object) -> NoReturn:
    """Refuse a value. Raises PydanticCustomError: always.

    Args:
        kind: ``errors[].type`` of the answer.
        message: What would be right; ``{name}`` stands for a value of the context.
        code: The legacy code of this mistake, when it has one of its own.
        context: Numbers and words of the message, shown as ``ctx``.
    """
    if code is not None:
        context["code"] = code
    raise PydanticCustomError(kind, message, context)


class Reader(ABC):
    """Base of the readers: makes a pydantic validator of ``read`` and shows what ``describe`` says."""

    @abstractmethod
    def read(self, value: object) -> object:
        """Read a value. ``value``: text, list of texts, or JSON value. Returns the typed value."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The JSON schema of what is accepted, for the OpenAPI document."""

    def codes(self) -> tuple[str, ...]:
        """Legacy codes of what it refuses, where they are its own."""
        return ()

    def from_php(self, text: str) -> str:
        """What PHP makes of a text that it let pass, of a filter or in the path, as this reader takes it."""
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: validate with ``read``."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Pydantic's hook: describe with ``describe``."""
        return self.describe()


def readers(model: type[Parameters]) -> Mapping[str, Reader]:
    """The readers of a declaration, by the names of its parameters."""
    return _readers(model)


@cache
def _readers(model: Hashable) -> Mapping[str, Reader]:
    assert isinstance(model, type)
    assert issubclass(model, Parameters)
    return {
        field.alias or name: reader
        for name, field in model.model_fields.items()
        for reader in field.metadata
        if isinstance(reader, Reader)
    }


def bounded(digits: str) -> int:
    """An integer of any length, as one that a database column can be compared with. ``digits``: decimal digits,
    without sign. Returns its value, at most ``LARGEST``.
    """
    significant = digits.lstrip("0")
    return min(int(significant or "0"), LARGEST) if len(significant) <= 19 else LARGEST


def read_id(text: str) -> int | None:
    """Read an id (new-API contract, decision 7).

    ``text``: decimal digits after an optional sign. Returns the id; a negative one, which no row has, also where a
    plus is written before it, because PHP's SQL fails there. None for what is no integer.
    """
    if not _INTEGER.fullmatch(text):
        return None
    number = bounded(text.lstrip("+-"))
    return number if text[0].isdigit() else -number


@dataclass(frozen=True)
class PathId(Reader):
    """An id in the path (new-API contract, decision 7).

    Digits after an optional sign. Ids that no row can have (0, negative, beyond the column) are read as they are, so
    that the operation finds nothing; so it does where the sign is a plus. ``zero``: legacy code of "please provide"
    for the exact text ``0``, where PHP has one. ``sought``: the operation looks for a row by it; where it does not, a
    plus is refused.
    """

    zero: str | None = None
    sought: bool = True

    def read(self, value: object) -> int:
        """Read a raw segment; see the class."""
        text = str(value)
        if text == "0" and self.zero is not None:
            refuse("id_zero", "Give an id; 0 is none", code=self.zero)
        number = read_id(text)
        if number is not None and (self.sought or not text.startswith("+")):
            return number
        if is_numeric(text):
            refuse("id", "Give the id as decimal digits")
        refuse("id", "Give the id as decimal digits", code="100")

    def describe(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer"}

    def from_php(self, text: str) -> str:
        """Compared with a number: what is none, or no integer, is an id that no row has."""
        return digits_of(text) if is_numeric(text) else "-1"

    def codes(self) -> tuple[str, ...]:
        """Not numeric for PHP, and "please provide"."""
        return ("100",) if self.zero is None else ("100", self.zero)


class PathText(Reader):
    """A text in the path, percent-decoded once."""

    def read(self, value: object) -> str:
        """Read a raw segment."""
        return unquote(str(value))

    def from_php(self, text: str) -> str:
        """PHP does not decode it."""
        return text.replace("%", "%25")

    def describe(self) -> dict[str, Any]:
        """Any text that is not empty."""
        return {"type": "string", "minLength": 1}
