"""Text from outside, made so that it can be stored, printed and encoded; every output takes such text from here.

What clients send, sides answer and libraries say may hold anything: half characters, NUL, escape sequences that a
terminal obeys, lines that a CI system obeys, a megabyte in one name.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import orjson

NAME: Final = 80
"""Most characters of a name, such as a parameter's."""
SENTENCE: Final = 500
"""Most characters of an error's text or a sentence."""
VALUE: Final = 2000
"""Most characters of an example's value, all its parts together."""

_DEPTH: Final = 24
_TO_64_BIT: Final = range(-(2**63), 2**64)
# Half characters, controls but tab and line ends, what turns the direction of writing, and what XML cannot hold.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_BLANKS: Final = re.compile("[\t\n\r]")
_LONE_RETURN: Final = re.compile("\r(?!\n)")
# Lines that GitHub, Azure and TeamCity take for commands, wherever they stand once a long line was broken.
_COMMAND: Final = re.compile(r"(:(?=:[A-Za-z])|#(?=#\w*\[))")


def clean(text: object, most: int = VALUE) -> str:
    """Text that UTF-8, XML and every column can hold, of bounded length; what they cannot is written as an escape.
    ``text``: text, UTF-8, or what has a text, such as an exception. ``most``: most characters that are kept.
    """
    found = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else _text(text)
    if len(found) > most:
        found = f"{found[:most]}… ({len(found)} characters)"
    return _UNSAFE.sub(_escape, found)


def line(text: object, most: int = VALUE) -> str:
    """Clean text on one line of a terminal or a CI job's log, where it is no command."""
    return _COMMAND.sub(r"\1\\", _BLANKS.sub(_escape, clean(text, most)))


def block(text: object, most: int = 1_000_000) -> str:
    """Clean text of several lines for a terminal or a CI job's log, where none of them is a command."""
    return _COMMAND.sub(r"\1\\", _LONE_RETURN.sub(r"\\r", clean(text, most)))


def name(text: object, most: int = NAME) -> str:
    """Clean text that tells things apart: where it must be cut, a digest stands for what is left out."""
    whole = clean(text, 2**31)
    if len(whole) <= most:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return f"{whole[: most - len(digest) - 1]}~{digest}"


def document(value: object, most: int = VALUE) -> Any:
    """A JSON document of clean text and bounded size, for an example. ``value``: what JSON can say, and what it
    cannot: bytes, NaN, integers beyond 64 bit, any depth. ``most``: most characters of all its parts together.
    """
    return _Copy(most).of(value, 0)


def json_bytes(value: object, *, indent: bool = False) -> bytes:
    """A document as JSON, whatever it holds; its texts are whole where JSON can hold them."""
    option = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE if indent else 0)
    try:
        found = orjson.dumps(value, default=str, option=option)
    except TypeError:
        found = orjson.dumps(document(value, 2**31), option=option)
    # The same JSON, but no line of it is a command of a CI system.
    return found.replace(b"##", b"#\\u0023") if b"##" in found else found


class _Copy:
    def __init__(self, most: int) -> None:
        self._left = most

    def of(self, value: object, depth: int) -> Any:
        self._left -= 1
        if isinstance(value, bool | date) or value is None:
            return value
        if isinstance(value, int):
            return value if value in _TO_64_BIT else self._kept(f"{_text(value)} (integer)")
        if isinstance(value, float):
            return value if value - value == 0.0 else str(value)
        if not isinstance(value, Mapping | list | tuple):
            return self._kept(value)
        if depth >= _DEPTH:
            return "… (deeper)"
        if isinstance(value, Mapping):
            found = {}
            for key, item in value.items():
                if self._left <= 0:
                    found["…"] = f"{len(value)} members"
                    break
                found[self._kept(key)] = self.of(item, depth + 1)
            return found
        listed = []
        for item in value:
            if self._left <= 0:
                listed.append(f"… ({len(value)} elements)")
                break
            listed.append(self.of(item, depth + 1))
        return listed

    def _kept(self, text: object) -> str:
        kept = clean(text, max(self._left, 0))
        self._left -= len(kept)
        return kept


def _text(value: object) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError) as error:
        # An integer of thousands of digits has no decimal text, a list in itself none at all.
        return f"a {type(value).__name__} that cannot be shown: {error}"


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    return {"\t": r"\t", "\n": r"\n", "\r": r"\r"}.get(found) or (
        f"\\x{ord(found):02x}" if ord(found) < 256 else f"\\u{ord(found):04x}"
    )
