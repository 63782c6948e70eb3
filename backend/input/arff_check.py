"""Whether an uploaded file is ARFF, as far as PHP looks (legacy notes, task 3.11).

PHP checks the header and the first lines behind ``@data``, and is stricter than most readers: keywords are
followed by a space, nothing comes behind a declaration, dates have no format.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from config.php.numbers import intval, is_numeric, number
from config.php.text import TRIMMED

T = TypeVar("T")

DATA_LINES = 1000
"""How many lines behind ``@data`` are looked at, blank ones and comments too."""
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes; a longer one is not held in memory."""

_NUMERIC_TYPES = frozenset({"numeric", "integer", "real", "binary"})
_TYPES = _NUMERIC_TYPES | {"string", "date"}
_MAY_BE_MISSING = "?"
# What ends a text without quotes; it is trimmed and may have blanks inside.
_IN_DECLARATION, _IN_BRACES, _IN_ROW = " %", ",}%", ",%"
_UNQUOTED = {marks: re.compile(f"[^{marks}]*") for marks in (_IN_DECLARATION, _IN_BRACES, _IN_ROW)}

_MISSING_IN_SPARSE = (
    "at least one string, date, or nominal feature value is missing; "
    "this is disallowed in sparse data format "
)
_MIXED = "mixing dense and sparse data lines is invalid"


class ArffError(ValueError):
    """The file is no ARFF; the message says why, with the line. ``message``: in PHP's words; bytes that are no text
    are told as such. ``is_text``: there are none, or else PHP says nothing.
    """

    def __init__(self, message: str, *, is_text: bool = True) -> None:
        super().__init__(message)
        self.is_text = is_text


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A declared attribute: its type, or the values it may have, as texts and as numbers."""

    type: str
    values: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()

    def check(self, value: str) -> None:
        """Refuse a value that the attribute cannot have; numbers in texts are compared as numbers."""
        if value == _MAY_BE_MISSING:
            return
        if self.type in _NUMERIC_TYPES and not is_numeric(value):
            raise ArffError(f"invalid value for numeric attribute: {value}")
        if self.type != "nominal" or value in self.values:
            return
        if not is_numeric(value) or number(value) not in self.numbers:
            raise ArffError(f"invalid value for nominal attribute: {value}")


@dataclass(slots=True)
class _Line:
    """A line that is read token by token. Only blanks separate, no tabs."""

    text: str
    at: int = 0

    @property
    def ends(self) -> bool:
        return self.at >= len(self.text)

    def skip_blanks(self) -> None:
        while self.text.startswith(" ", self.at):
            self.at += 1

    def take(self, character: str) -> bool:
        """Go past a character, if it is the next one."""
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def token(self, delimiters: str) -> str:
        """The next text, with or without quotes, and the blanks behind it."""
        self.skip_blanks()
        if self.ends:
            raise ArffError("unexpected end of line")
        if (quote := self.text[self.at]) in "'\"":
            found = self._quoted(quote, delimiters)
        else:
            whole = _UNQUOTED[delimiters].match(self.text, self.at)
            found = whole[0].strip(TRIMMED) if whole else ""
            self.at += len(whole[0]) if whole else 0
        self.skip_blanks()
        return found

    def _quoted(self, quote: str, delimiters: str) -> str:
        start = end = self.at + 1
        # A quote ends the text unless a backslash is before it, whatever is before that; the backslash stays.
        while (end := self.text.find(quote, end)) >= 0 and self.text[end - 1] == "\\":
            end += 1
        if end < 0:
            raise ArffError("missing trailing quote in string")
        self.at = end + 1
        if not self.ends and self.text[self.at] not in delimiters:
            self.skip_blanks()
            if not self.ends and self.text[self.at] not in delimiters:
                raise ArffError("missing delimiter")
        return self.text[start:end]


def check_arff(path: Path) -> None:
    """Look at an uploaded file; reads it, so that it belongs into a thread. Raises ArffError: it is no ARFF. The
    message is PHP's: ``invalid line in ARFF header: no arff (l.1)``.
    """
    with path.open("rb") as file:
        lines = _lines(iter(lambda: file.readline(LONGEST_LINE + 1), b""))
        reader = _FileReader()
        if reader.header(lines):
            reader.data(lines)


def _lines(raw: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    """All lines with their numbers, trimmed; comments are empty."""
    for at, line in enumerate(raw, start=1):
        if len(line) > LONGEST_LINE:
            raise ArffError(f"line is longer than {LONGEST_LINE} bytes (l.{at})")
        text = line.decode("utf-8", "surrogateescape").strip(TRIMMED)
        yield at, "" if text.startswith("%") else text


@dataclass(slots=True)
class _FileReader:
    """What is known of the file so far."""

    attributes: list[_Attribute] = field(default_factory=list)
    sparse: bool | None = None

    def header(self, lines: Iterator[tuple[int, str]]) -> bool:
        """Read up to ``@data``; False when the file ends before."""
        return any(text and _at(line, self._declaration, text) for line, text in lines)

    def data(self, lines: Iterator[tuple[int, str]]) -> None:
        for line, text in islice(lines, DATA_LINES):
            if not text:
                continue
            sparse = text.startswith("{")
            if self.sparse not in (None, sparse):
                raise ArffError(_MIXED)
            self.sparse = sparse
            _at(line, self._sparse if sparse else self._dense, text)

    def _declaration(self, text: str) -> bool:
        if not text.startswith("@"):
            raise ArffError(f"invalid line in ARFF header: {text}")
        word, _, _ = text.partition(" ")
        keyword = word.lower()
        line = _Line(text, len(word))
        if keyword == "@relation":
            line.token(_IN_DECLARATION)
        elif keyword == "@attribute":
            line.token(_IN_DECLARATION)
            self.attributes.append(_type(line))
        elif keyword != "@data":
            raise ArffError(f"unsupported header field: {keyword}")
        if not line.ends:
            raise ArffError(f"trailing content in {keyword} line")
        return keyword == "@data"

    def _dense(self, text: str) -> None:
        line = _Line(text)
        for index, attribute in enumerate(self.attributes):
            if index and not line.take(","):
                raise ArffError("too few feature values ")
            attribute.check(line.token(_IN_ROW))
        _nothing_behind(line)

    def _sparse(self, text: str) -> None:
        line = _Line(text, 1)
        line.skip_blanks()
        explicit = 0 if text.startswith("}", line.at) else self._explicit(line)
        # PHP counts all that a line has, but of the declared ones only the nominal: a text or date is one too many.
        if explicit != sum(attribute.type == "nominal" for attribute in self.attributes):
            raise ArffError(_MISSING_IN_SPARSE)
        _nothing_behind(line)

    def _explicit(self, line: _Line) -> int:
        """Check the values of a sparse line; how many are not numeric."""
        count = 0
        while True:
            index = intval(line.token(_IN_DECLARATION))
            if not 0 <= index < len(self.attributes):
                raise ArffError(f"invalid feature index: {index}")
            attribute = self.attributes[index]
            attribute.check(line.token(_IN_BRACES))
            count += attribute.type not in _NUMERIC_TYPES
            if line.ends:
                raise ArffError("closing brace missing in sparse data line ")
            if line.take("}"):
                return count
            line.at += 1


def _at(line: int, read: Callable[[str], T], text: str) -> T:
    """Read a line; what is wrong is told with its number, and bytes that are no text as such."""
    try:
        return read(text)
    except ArffError as error:
        message = str(error).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        raise ArffError(f"{message} (l.{line})", is_text=message == str(error)) from None


def _type(line: _Line) -> _Attribute:
    if not line.take("{"):
        name = line.token(_IN_DECLARATION).lower()
        if name not in _TYPES:
            raise ArffError(f"unsupported attribute type: {name}")
        return _Attribute(name)
    values = []
    while True:
        values.append(line.token(_IN_BRACES))
        if line.take("}"):
            numbers = frozenset(number(value) for value in values if is_numeric(value))
            return _Attribute("nominal", frozenset(values), numbers)
        if not line.take(","):
            raise ArffError("format error in nominal attribute declaration")


def _nothing_behind(line: _Line) -> None:
    if not line.ends:
        raise ArffError("trailing characters on data line ")
