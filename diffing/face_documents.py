"""Documents of PHP's dialect as trees that keep what clients can see: order of keys, text of numbers, repetition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lxml import etree

from config.php.text import TRIMMED
from diffing.model import Difference
from diffing.xml_tree import MAX_DEPTH, NotXml, parse_xml

_LONGEST_NAME: Final = 200
"""Characters of a name within a path."""
_LISTED = re.compile(r"([\[{])([^\[\]{}]+)([\]}][ ()]*)\Z")
# A text without an end goes to the end: no quotation mark is looked at twice.
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)("|\\?\Z)', re.DOTALL)
_WHITE_SPACE = re.compile(rb'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|[ \t\r\n]+', re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A number by its text."""

    text: str

    def __repr__(self) -> str:  # rows are sorted by it, so that it must not cost what a dataclass's does
        return f"Number({self.text!r})"


# Frozen ones take three times as long to make, and there are millions.
@dataclass(slots=True, unsafe_hash=True, repr=False)
class Object:
    """An object, or an element: its members in order. ``members``: names and values; of an element ``@name`` for
    attributes, ``#text`` for pieces of text.
    """

    members: tuple[tuple[str, Tree], ...]

    def __repr__(self) -> str:  # as above
        return f"Object({self.members!r})"


Tree: TypeAlias = "str | bool | Number | Object | tuple[Any, ...] | None"
"""A list is a tuple."""


def without_white_space(body: bytes) -> bytes:
    """JSON without white space outside of its texts."""
    return _WHITE_SPACE.sub(lambda match: match[1] or b"", body)


def as_spelled(body: bytes) -> bytes:
    """JSON whose texts, once read, are what stands in this one: escapes stay as they are."""
    if b"\\" not in body:
        return body
    return _QUOTED.sub(lambda found: b'"%s%s' % (_escaped(found[1]), found[2]), body)


def _escaped(text: bytes) -> bytes:
    return text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def written_as_php(body: bytes) -> bool:
    """Whether JSON is spelled as PHP's json_encode spells it, which writes no integer of thousands of digits."""
    try:
        text = json.dumps(json.loads(body), separators=(",", ":")).replace("/", "\\/")
    except (ValueError, RecursionError):
        return False
    return text.encode() == body


def read_json(body: bytes) -> Tree:
    """The tree of a JSON document; None when it is none, or nested deeper than any answer is."""
    numbers: dict[str, Number] = {}

    def number(text: str) -> Number:
        """One object for all that are written alike, of which a document may have millions."""
        return numbers.get(text) or numbers.setdefault(text, Number(text))

    try:
        loaded = json.loads(
            body,
            object_pairs_hook=lambda pairs: Object(tuple((name, _frozen(value)) for name, value in pairs)),
            parse_int=number,
            parse_float=number,
        )
    except (ValueError, RecursionError):
        return None
    return None if _is_deeper(loaded, MAX_DEPTH) else _frozen(loaded)


def _is_deeper(tree: Any, most: int) -> bool:
    level = [tree]
    for _ in range(most):
        level = [inner for one in level for inner in _inner(one)]
        if not level:
            return False
    return True


def _inner(tree: Any) -> Iterator[Any]:
    values = tree if isinstance(tree, list) else ()
    if isinstance(tree, Object):
        values = [value for _, value in tree.members]
    return (value for value in values if isinstance(value, list | Object))


def _frozen(value: Any) -> Tree:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def read_xml(body: bytes) -> Tree:
    """The tree of an XML document, white space between elements aside; None when it is none."""
    try:
        root = parse_xml(body)
    except NotXml:
        return None
    return Object(((_name(root), _element(root)),))


def _name(element: etree._Element) -> str:
    tag = str(element.tag)
    space, _, local = tag.rpartition("}")
    return local if space else f"plain:{local}"


def _element(element: etree._Element) -> Object:
    attributes = sorted((f"@{name!s}", str(value)) for name, value in element.attrib.items())
    members: list[tuple[str, Tree]] = list(attributes)
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            if text.strip(TRIMMED):
                members.append(("#text", text))
            text = ""
            members.append((_name(child), _element(child)))
        text += child.tail or ""
    if text.strip(TRIMMED):
        members.append(("#text", text))
    return Object(tuple(members))


PASTED = "values"
"""The element whose text is the values of rows, which the database server pastes together in no order of theirs."""


def sorted_tree(tree: Tree) -> Tree:
    """The tree with its lists sorted at all depths, elements of one name among themselves, and pasted values."""
    if isinstance(tree, tuple):
        return tuple(sorted((sorted_tree(item) for item in tree), key=repr))
    if not isinstance(tree, Object) or _is_plain(tree):
        return tree
    members = [
        (name, _sorted_values(value) if name == PASTED else sorted_tree(value))
        if isinstance(value, (Object, tuple))
        else (name, value)
        for name, value in tree.members
    ]
    if len({name for name, _ in members}) == len(members):
        return Object(tuple(members))
    groups: dict[str, list[Tree]] = {}
    for name, value in members:
        groups.setdefault(name, []).append(value)
    if len(groups) == len(members):
        # Most rows stay as they are, and need no copy.
        same = all(new is old for (_, new), (_, old) in zip(members, tree.members, strict=True))
        return tree if same else Object(tuple(members))
    ordered = {name: iter(sorted(values, key=repr)) for name, values in groups.items()}
    return Object(tuple((name, next(ordered[name])) for name, _ in members))


def _is_plain(tree: Object) -> bool:
    """Whether it is an element with nothing but a text: most are."""
    return len(tree.members) == 1 and tree.members[0][0] == "#text"


def _sorted_values(tree: Tree) -> Tree:
    """The text ``[b,a]`` as ``[a,b]``."""
    if not isinstance(tree, Object) or [name for name, _ in tree.members] != ["#text"]:
        return sorted_tree(tree)
    text = tree.members[0][1]
    if not isinstance(text, str) or not (text.startswith("[") and text.endswith("]")):
        return tree
    return Object((("#text", f"[{','.join(sorted(text[1:-1].split(',')))}]"),))


def sorted_lists(tree: Tree) -> Tree:
    """The tree with the last list in brackets of each text sorted: ids and values that an error names."""
    if isinstance(tree, str):
        return _LISTED.sub(lambda found: f"{found[1]}{sorted(found[2].split(', '))}{found[3]}", tree)
    if isinstance(tree, Object):
        return Object(tuple((name, sorted_lists(value)) for name, value in tree.members))
    return tree


def rows_of(tree: Tree, envelope: Sequence[str]) -> tuple[Tree, ...] | None:
    """The rows of a list, a single one too; None where the envelope does not lead to any."""
    for index, key in enumerate(envelope):
        if not isinstance(tree, Object):
            return None
        values = [value for name, value in tree.members if name == key]
        if index == len(envelope) - 1:
            one = values[0] if len(values) == 1 else None
            return one if isinstance(one, tuple) else tuple(values)
        if len(values) != 1:
            return None
        tree = values[0]
    return None


def is_listed(tree: Tree, envelope: Sequence[str]) -> bool:
    """Whether the rows of a list of JSON stand in brackets, which a single one can do without."""
    for key in envelope:
        if not isinstance(tree, Object):
            return False
        tree = next((value for name, value in tree.members if name == key), None)
    return isinstance(tree, tuple)


def without_rows(tree: Tree, envelope: Sequence[str]) -> Tree:
    """The tree with its rows left out."""
    if not isinstance(tree, Object) or not envelope:
        return tree
    last = len(envelope) == 1
    return Object(
        tuple(
            (name, value if name != envelope[0] else without_rows(value, envelope[1:]))
            for name, value in tree.members
            if not (last and name == envelope[0])
        )
    )


def without_volatile(tree: Tree, paths: Sequence[str]) -> Tree:
    """The tree with a mark in the place of each value that differs from call to call."""
    for path in paths:
        steps = [step.replace("[*]", "") for step in path.removeprefix("$").strip(".").split(".") if step]
        tree = _marked(tree, steps)
    return tree


def _marked(tree: Tree, steps: list[str]) -> Tree:
    if not steps:
        return "(volatile)"
    if isinstance(tree, tuple):
        return tuple(_marked(item, steps) for item in tree)
    if not isinstance(tree, Object):
        return tree
    return Object(
        tuple(
            (name, _marked(value, steps[1:]) if name.lstrip("@") == steps[0] else value)
            for name, value in tree.members
        )
    )


def walk(legacy: Tree, face: Tree, path: str = "$") -> Iterator[Difference]:
    """Where two trees differ, first come first; whoever asks takes as many as it wants."""
    if legacy == face and type(legacy) is type(face):
        return
    if isinstance(legacy, Object) and isinstance(face, Object):
        names = [name for name, _ in legacy.members], [name for name, _ in face.members]
        if names[0] != names[1]:
            yield Difference(path, "keys", " ".join(names[0])[:300], " ".join(names[1])[:300])
            return
        for (name, old), (_, new) in zip(legacy.members, face.members, strict=True):
            if old != new:
                yield from walk(old, new, f"{path}.{name[:_LONGEST_NAME]}")
    elif isinstance(legacy, tuple) and isinstance(face, tuple) and len(legacy) == len(face):
        for index, (old, new) in enumerate(zip(legacy, face, strict=True)):
            if old != new:
                yield from walk(old, new, f"{path}[{index}]")
    elif isinstance(legacy, tuple) and isinstance(face, tuple):
        yield Difference(path, "length", len(legacy), len(face))
    else:
        yield Difference(path, "value", plain(legacy), plain(face))


def plain(tree: Tree) -> object:
    """A short form for people."""
    return tree if isinstance(tree, str) else repr(tree)[:300]
