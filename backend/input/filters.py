"""The filters of lists, one reader per kind (new-API contract, decision 4; legacy notes, data 7).

PHP distinguishes by its code how wrong a value is: ``NO_RESULTS`` names the errors that it answers with "no
results", all others are "input not safe". Which codes those are, an operation says with ``FilterCodes``.
"""

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any

from backend.input.parameters import BLANKS, LARGEST, Reader, bounded, refuse

NO_RESULTS = frozenset({"limit_zero", "range", "status"})

MAX_IDS = 20_000
"""What one statement can hold on every database; the longest URL holds fewer."""

_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")
_ZERO = re.compile(r"-?0+(\.0+)?([eE][+-]?[0-9]+)?")
# The bytes that PHP's filter check lets pass; its range ",-_" lets in more than it means (notes, data 7.2).
_PHP_TEXT = re.compile(r"[\t\n\v\f\r (),\-./0-9:;<=>?@A-Z\[\\\]^_a-z]*")


@dataclass(frozen=True, slots=True)
class FilterCodes:
    """The legacy codes of a list's filters.

    Args:
        unknown: For a filter that the list does not have (370).
        illegal: For a value that PHP calls not safe (371).
        no_results: For a value that PHP answers with "no results" (372); also the code of an empty list.
        before_offset: Codes of mistakes that PHP finds before an offset without a limit.
    """

    unknown: str
    illegal: str
    no_results: str
    before_offset: tuple[str, ...] = ()


class Digits(Reader):
    """A filter that is one run of digits, read as an integer; a list is illegal."""

    def read(self, value: object) -> int:
        """Read a filter value."""
        return bounded(_digits(value))

    def from_php(self, text: str) -> str:
        """The first of a list: compared with a number, a text is the number that it begins with."""
        return text.partition(",")[0]

    def describe(self) -> dict[str, Any]:
        """A natural number."""
        return {"type": "integer", "minimum": 0}


class DigitText(Reader):
    """A filter that is one run of digits and is compared as text: ``01`` is not ``1``."""

    def read(self, value: object) -> str:
        """Read a filter value."""
        return _digits(value)

    def describe(self) -> dict[str, Any]:
        """Digits, or a natural number."""
        return {"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 0}]}


class Limit(Reader):
    """How many rows at most; beyond 2^63 there is no limit, and 0 is PHP's "no results"."""

    def read(self, value: object) -> int | None:
        """Read a filter value; None is no limit."""
        limit = bounded(_digits(value))
        if limit == 0:
            refuse("limit_zero", "Give a limit of at least 1")
        return None if limit == LARGEST else limit

    def describe(self) -> dict[str, Any]:
        """A positive number."""
        return {"type": "integer", "minimum": 1}


@dataclass(frozen=True)
class Ids(Reader):
    """A filter that is a set of integers: comma-separated, repeated, or a JSON array. ``blanks``: around an integer
    they do not count: PHP pastes the text into SQL as it is.
    """

    blanks: bool = False

    def read(self, value: object) -> tuple[int, ...]:
        """Read a filter value; duplicates go, the order stays."""
        parts: list[object] = []
        for item in value if isinstance(value, list) else [value]:
            parts.extend(self._split(item) if isinstance(item, str) else [item])
        if not parts or not all(_is_digits(part) for part in parts):
            refuse("digit_list", "Give decimal digits, separated by commas")
        if len(parts) > MAX_IDS:
            refuse("digit_list", "Give at most {most} of them", most=MAX_IDS)
        return tuple(dict.fromkeys(bounded(_digits(part)) for part in parts))

    def _split(self, text: str) -> list[str]:
        parts = text.split(",")
        return [part.strip(BLANKS) for part in parts] if self.blanks else parts

    def describe(self) -> dict[str, Any]:
        """Natural numbers."""
        return {
            "type": "array",
            "items": {"type": "integer", "minimum": 0},
            "minItems": 1,
            "maxItems": MAX_IDS,
        }


class Text(Reader):
    """A filter that is text of the characters that PHP lets pass (legacy notes, data 7.2)."""

    def read(self, value: object) -> str:
        """Read a filter value."""
        return _php_text(value)

    def describe(self) -> dict[str, Any]:
        """Text of those characters."""
        return {"type": "string", "pattern": r"^[\t\n\v\f\r (),\-./0-9:;<=>?@A-Z\[\\\]^_a-z]*$"}


@dataclass(frozen=True)
class Status(Reader):
    """A filter that is one of some words; PHP ignores case and trailing blanks. ``words``: the legal words in lower
    case. ``all_word``: the word that lifts the restriction, compared exactly (``ALL`` is no status).
    """

    words: tuple[str, ...] = ("active", "deactivated", "in_preparation")
    all_word: str = "all"

    def read(self, value: object) -> str | None:
        """Read a filter value; None is no restriction."""
        text = _php_text(value)
        if text == self.all_word:
            return None
        word = text.rstrip(" ").lower()
        if word not in self.words:
            refuse("status", "Give one of {words}", words=", ".join([*self.words, self.all_word]))
        return word

    def describe(self) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": [*self.words, self.all_word]}


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from low to high, both included; nothing when low is above high."""

    low: float
    high: float


class Range(Reader):
    """A filter that is a number ``A`` or a range ``A..B`` (new-API contract, decision 4)."""

    def read(self, value: object) -> Interval:
        """Read a filter value."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = repr(value)
        bounds = [bound.strip(BLANKS) for bound in _php_text(value).split("..")]
        if len(bounds) > 2 or not all(_NUMBER.fullmatch(bound) for bound in bounds):
            refuse("range", "Give a number A or a range A..B")
        low, high = float(bounds[0]), float(bounds[-1])
        # Beyond a double PHP's SQL fails, which it takes for an empty result.
        return Interval(low, high) if math.isfinite(low) and math.isfinite(high) else Interval(1, 0)

    def from_php(self, text: str) -> str:
        """As part of a condition of PHP's SQL: parentheses around a number go, and what is true behind a range."""
        low, *others = _IN_PARENTHESES.sub(r"\1", text).split("..")
        if any(
            _ZERO.fullmatch(other.strip(BLANKS)) or not _NUMBER.fullmatch(other.strip(BLANKS))
            for other in others[1:]
        ):
            return text
        return "..".join([low, *others[:1]])

    def describe(self) -> dict[str, Any]:
        """A number, or text of one or two numbers."""
        number = r"\s*-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\s*"
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{number}(\\.\\.{number})?$"}]}


OptionalLimit = Annotated[int | None, Limit()]
OptionalOffset = Annotated[int | None, Digits()]
OptionalIds = Annotated[tuple[int, ...] | None, Ids()]
OptionalDigits = Annotated[int | None, Digits()]
OptionalText = Annotated[str | None, Text()]
OptionalRange = Annotated[Interval | None, Range()]


def _is_digits(value: object) -> bool:
    """Whether it is a run of digits, as text or as a JSON integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value >= 0
    return isinstance(value, str) and _DIGITS.fullmatch(value) is not None


def _digits(value: object) -> str:
    if not _is_digits(value):
        refuse("digits", "Give one run of decimal digits")
    return str(value)


def _php_text(value: object) -> str:
    if not isinstance(value, str) or not _PHP_TEXT.fullmatch(value):
        refuse("characters", "Use letters, digits, blanks and ( ) , - . / : ; < = > ? @ [ \\ ] ^ _ only")
    return value
