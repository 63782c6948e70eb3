"""Whether an uploaded file is ARFF, as far as PHP looks (legacy notes, task 3.11).

PHP checks the header and the first lines behind ``@data``, and is stricter than most readers: keywords are
followed by a space, nothing comes behind a declaration, dates have no format.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from backend.php.text import TRIMMED
from config.templates import is_numeric

DATA_LINES = 1000
"""How many lines behind ``@data`` are looked at, blank ones and comments too."""
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes; a longer one is not held in memory."""

_NUMERIC_TYPES = frozenset({"numeric", "integer", "real", "binary"})
_TYPES = _NUMERIC_TYPES | {"string", "date"}
_QUOTED = {quote: re.compile(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}", re.DOTALL) for quote in "'\""}
_UNQUOTED = re.compile(r"[^\s,]*")
_UNQUOTED_IN_BRACES = re.compile(r"[^\s,}]*")
_BLANKS = re.compile(r"\s*")
_INDEX = re.compile(r"[0-9]{1,9}")

_MISSING_IN_SPARSE = "at least one string, date, or nominal feature value is missing; they must be explicit"
_MIXED = "mixing dense and sparse data lines is invalid"


class ArffError(ValueError):
    """The file is no ARFF; the message says why, with the line."""


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A declared attribute: its type, or the values it may have."""

    type: str
    values: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Line:
    """A line that is read token by token."""

    text: str
    at: int = 0

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def skip_blanks(self) -> None:
        found = _BLANKS.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, character: str) -> bool:
        """Go past a character, if it is the next one behind blanks."""
        self.skip_blanks()
        if not self.text.startswith(character, self.at):
            return False
        self.at += len(character)
        return True

    def token(self, *, in_braces: bool = False) -> str:
        """The next text, with or without quotes."""
        self.skip_blanks()
        if self.at >= len(self.text):
            raise ArffError("unexpected end of line")
        quoted = _QUOTED.get(self.text[self.at])
        found = (quoted or (_UNQUOTED_IN_BRACES if in_braces else _UNQUOTED)).match(self.text, self.at)
        if found is None:
            raise ArffError("missing trailing quote in string")
        self.at = found.end()
        return re.sub(r"\\(.)", r"\1", found[1]) if quoted else found[0]


def check_arff(path: Path) -> None:
    """Look at an uploaded file; reads it, so that it belongs into a thread.

    Args:
        path: Of the file.

    Raises:
        ArffError: It is no ARFF. The message is PHP's: ``invalid line in ARFF header: no arff (l.1)``.
    """
    with path.open("rb") as file:
        lines = _lines(iter(lambda: file.readline(LONGEST_LINE + 1), b""))
        reader = _Reader()
        if reader.header(lines):
            reader.data(lines)


def _lines(raw: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    """All lines with their numbers, trimmed; comments are empty."""
    for number, line in enumerate(raw, start=1):
        if len(line) > LONGEST_LINE:
            raise ArffError(f"line is longer than {LONGEST_LINE} bytes (l.{number})")
        text = line.decode("utf-8", "replace").strip(TRIMMED)
        yield number, "" if text.startswith("%") else text


@dataclass(slots=True)
class _Reader:
    """What is known of the file so far."""

    attributes: list[_Attribute] = field(default_factory=list)
    sparse: bool | None = None

    def header(self, lines: Iterator[tuple[int, str]]) -> bool:
        """Read up to ``@data``; False when the file ends before."""
        for number, text in lines:
            try:
                if text and self._declaration(text):
                    return True
            except ArffError as error:
                raise ArffError(f"{error} (l.{number})") from None
        return False

    def data(self, lines: Iterator[tuple[int, str]]) -> None:
        for number, text in islice(lines, DATA_LINES):
            if not text:
                continue
            sparse = text.startswith("{")
            if self.sparse not in (None, sparse):
                raise ArffError(_MIXED)
            self.sparse = sparse
            try:
                (self._sparse if sparse else self._dense)(_Line(text))
            except ArffError as error:
                raise ArffError(f"{error} (l.{number})") from None

    def _declaration(self, text: str) -> bool:
        if not text.startswith("@"):
            raise ArffError(f"invalid line in ARFF header: {text}")
        keyword, _, rest = text[1:].partition(" ")
        line = _Line(rest)
        match keyword.lower():
            case "relation":
                line.token()
            case "attribute":
                line.token()
                self.attributes.append(_type(line))
            case "data":
                pass
            case other:
                raise ArffError(f"unsupported header field: {other}")
        if line.rest.strip():
            raise ArffError(f"trailing content in @{keyword.lower()} line")
        return keyword.lower() == "data"

    def _dense(self, line: _Line) -> None:
        for index, attribute in enumerate(self.attributes):
            if index and not line.take(","):
                raise ArffError("missing delimiter" if line.rest else "too few feature values ")
            _check(attribute, line.token())
        if line.rest.strip():
            raise ArffError("trailing characters on data line ")

    def _sparse(self, line: _Line) -> None:
        line.take("{")
        explicit: set[int] = set()
        while not line.take("}"):
            if explicit and not line.take(","):
                raise ArffError(
                    "missing delimiter" if line.rest else "closing brace missing in sparse data line "
                )
            if not line.rest.strip():
                raise ArffError("closing brace missing in sparse data line ")
            index = line.token(in_braces=True)
            if not _INDEX.fullmatch(index) or int(index) >= len(self.attributes):
                raise ArffError(f"invalid feature index: {index}")
            explicit.add(int(index))
            _check(self.attributes[int(index)], line.token(in_braces=True))
        if line.rest.strip():
            raise ArffError("trailing characters on data line ")
        # PHP demands all that is not numeric, but counts only what is nominal: with a text or a date every line
        # is wrong.
        demanded = sum(attribute.type not in _NUMERIC_TYPES for attribute in self.attributes)
        if sum(self.attributes[index].type == "nominal" for index in explicit) < demanded:
            raise ArffError(_MISSING_IN_SPARSE)


def _type(line: _Line) -> _Attribute:
    if line.take("{"):
        values = []
        while True:
            values.append(line.token(in_braces=True))
            if line.take("}"):
                return _Attribute("nominal", frozenset(values))
            if not line.take(","):
                raise ArffError("format error in nominal attribute declaration")
    name = line.token().lower()
    if name not in _TYPES:
        raise ArffError(f"unsupported attribute type: {name}")
    return _Attribute(name)


def _check(attribute: _Attribute, value: str) -> None:
    if value == "?":
        return
    if attribute.type in _NUMERIC_TYPES and not is_numeric(value):
        raise ArffError(f"invalid value for numeric attribute: {value}")
    if attribute.type == "nominal" and value not in attribute.values:
        raise ArffError(f"invalid value for nominal attribute: {value}")
