"""MySQL's text collations as Python functions, for SQLite connections.

MySQL compares text by the collation of the column: `unicode_ci` and `swedish_ci` take capitals (and most
accents) for equal, `general_cs` and `_bin` do not, and all of them pad the shorter text with blanks
(legacy notes, schema: "Connection facts"). SQLite knows none of this, so each collation is registered
there under the same name. The weights are measured ones, in backend/weights/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

Comparison = Callable[[str, str], int]
"""Negative, zero or positive as the first text comes before, with or after the second."""

_WEIGHTS = Path(__file__).parent / "weights"
_BLANK = " "


class Weights(dict[int, str]):
    """What each character weighs: a text of one character a weight, empty where it is ignored. ``listed``: the weights
    of the file. ``rest``: the weights of a character that the file does not list.
    """

    def __init__(self, listed: Mapping[int, str], rest: Callable[[int], str]) -> None:
        super().__init__(listed)
        self._rest = rest

    def __missing__(self, character: int) -> str:
        weight = self[character] = self._rest(character)
        return weight


def read_weights(path: Path) -> dict[int, str]:
    """Read a weight file; its first lines say what a line is. Returns character number to its weights."""
    read = {}
    for line in path.read_text("ascii").splitlines():
        if line.startswith("#"):
            continue
        first, *row = line.split()
        for character, digits in enumerate(row, start=int(first, 16)):
            parts = () if digits == "-" else range(0, len(digits), 4)
            read[character] = "".join(chr(int(digits[at : at + 4], 16)) for at in parts)
    return read


def _implicit(character: int) -> str:
    """Weights of a character without an entry (Unicode Collation Algorithm 4.0, section 7.1.3)."""
    if 0x4E00 <= character <= 0x9FA5 or 0xFA0E <= character <= 0xFA29:
        base = 0xFB40
    elif 0x3400 <= character <= 0x4DB5:
        base = 0xFB80
    else:
        base = 0xFBC0
    return chr(base + (character >> 15)) + chr(character & 0x7FFF | 0x8000)


def _beyond_latin1(character: int) -> str:
    """A latin1 column cannot hold the character: it equals none that the column holds."""
    return chr(min(0x100 + character, 0x10FFFF))


@cache
def weights(name: str) -> Weights:
    """The weights of all characters under one collation. ``name``: of its file in backend/weights/."""
    rest = {"unicode_ci": _implicit, "general_ci": chr}.get(name, _beyond_latin1)
    return Weights(read_weights(_WEIGHTS / f"{name}.txt"), rest)


def _latin1_byte(character: int) -> str:
    """MySQL's latin1 is Windows-1252, with control characters in its five gaps."""
    try:
        return chr(chr(character).encode("cp1252")[0])
    except UnicodeEncodeError:
        return chr(character) if character < 0xA0 else _beyond_latin1(character)


def _weighing(weight: Weights) -> Comparison:
    blank = weight[ord(_BLANK)]

    def compare(left: str, right: str) -> int:
        if left == right:
            return 0
        return _padded(left.translate(weight), right.translate(weight), blank)

    return compare


def _binary(left: str, right: str) -> int:
    return 0 if left == right else _padded(left, right, _BLANK)


def _padded(left: str, right: str, blank: str) -> int:
    """Compare after padding the shorter one: "a" equals "a  " and comes after "a" with a tab."""
    if len(left) < len(right):
        left = left.ljust(len(right), blank)
    elif len(right) < len(left):
        right = right.ljust(len(left), blank)
    return (left > right) - (left < right)


@cache
def collations() -> Mapping[str, Comparison]:
    """The comparison of each collation that the tables use. Returns MySQL's name to the function; the three-byte ones
    under both their names, `utf8_…` and `utf8mb3_…`.
    """
    three_byte = {
        "unicode_ci": _weighing(weights("unicode_ci")),
        "general_ci": _weighing(weights("general_ci")),
        "bin": _binary,
    }
    return {
        "latin1_swedish_ci": _weighing(weights("latin1_swedish_ci")),
        "latin1_general_cs": _weighing(weights("latin1_general_cs")),
        "latin1_bin": _weighing(Weights({}, _latin1_byte)),
        **{
            f"{charset}_{name}": compare
            for charset in ("utf8", "utf8mb3")
            for name, compare in three_byte.items()
        },
    }


def storable(collation: str, value: str) -> bool:
    """Whether a column of this collation can hold the text, and so be compared with it.

    MariaDB refuses to compare a latin1 column with a text that latin1 does not have ("Illegal mix of collations"), and
    a three-byte column cannot hold a character beyond U+FFFF. ``collation``: MySQL's name of the collation. Returns
    True when every character has a place in the collation's character set.
    """
    if collation.startswith("latin1_"):
        return all(character in _latin1() for character in value)
    return all(character <= "\uffff" for character in value)


@cache
def _latin1() -> frozenset[str]:
    return frozenset(map(chr, read_weights(_WEIGHTS / "latin1_general_cs.txt")))
