"""Paths into documents: `$`, `$.key`, `$[*].key`, `$.key[*]`: read, generalise, and change what they point to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final


class Missing:
    """The type of `MISSING`: an absent key, which is not the same as null."""

    def __repr__(self) -> str:
        return "absent"

    def __deepcopy__(self, _memo: object) -> Missing:
        return self


MISSING: Final = Missing()

_STEP = re.compile(r"\.([A-Za-z0-9_\-]+)|\[(\*)\]")
Steps = tuple[str, ...]


def parse(path: str) -> Steps:
    """The steps of a path: keys, and `*` for every element of a list, or for the one that stands without a list.
    Raises ValueError: the path is not of the form `$`, `$.key`, `$[*].key` ...
    """
    if not path.startswith("$"):
        raise ValueError(f"path {path!r} must start with $")
    steps: list[str] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise ValueError(f"path {path!r} is not understood at character {position + 1}; like $.a[*].b")
        steps.append(found[1] or "*")
        position = found.end()
    return tuple(steps)


def change(document: object, steps: Steps, function: Callable[[object], object]) -> tuple[object, int]:
    """Replace, in place where it can be, each value that the steps lead to by `function(value)`.

    The last key may be absent: the function then gets `MISSING`, and may answer it to leave it so. Returns the
    document (a new one only when the path is `$`) and how many values were changed.
    """
    if not steps:
        after = function(document)
        return after, int(not identical(document, after))
    step, rest = steps[0], steps[1:]
    changed = 0
    if step == "*":
        if isinstance(document, list):
            for index, element in enumerate(document):
                document[index], count = change(element, rest, function)
                changed += count
            return document, changed
        # One occurrence, which PHP shows as it is.
        return change(document, rest, function)
    if not isinstance(document, dict):
        return document, 0
    if rest:
        if step in document:
            document[step], changed = change(document[step], rest, function)
        return document, changed
    before = document.get(step, MISSING)
    after = function(before)
    if after is MISSING:
        if before is not MISSING:
            del document[step]
            changed = 1
    else:
        document[step] = after
        changed = int(not identical(before, after))
    return document, changed


def values(document: object, steps: Steps) -> Iterator[object]:
    """Every value that the steps lead to; `MISSING` where the last key is absent."""
    if not steps:
        yield document
    elif steps[0] == "*":
        if isinstance(document, list):
            for element in document:
                yield from values(element, steps[1:])
        else:
            yield from values(document, steps[1:])
    elif isinstance(document, dict):
        if steps[0] in document:
            yield from values(document[steps[0]], steps[1:])
        elif len(steps) == 1:
            yield MISSING


_ROW = re.compile(r"\[[^\]]*\]")
ROW: Final = "[*]"
"""Stands for any row in a path."""


def generalise(path: str) -> str:
    """The path with rows and indexes taken out: `$[did=61].tag[2]` becomes `$[*].tag[*]`."""
    # Behind the last bracket that closes there is no row; looking for its end from each that opens would be quadratic.
    before, bracket, rest = path.rpartition("]")
    return _ROW.sub(ROW, before + bracket) + rest


def is_row(path: str) -> bool:
    """Whether a path leads to a row."""
    return generalise(path).endswith(ROW)


def identical(a: object, b: object) -> bool:
    """Type-strict equality: 1, 1.0, "1" and true are four values; key order does not matter."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(identical(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a.hex() == b.hex()  # -0.0 is not 0.0
    return bool(a == b)
