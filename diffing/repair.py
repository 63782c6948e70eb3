"""What PHP meant to say where it pasted text without escaping it, and so broke its JSON or XML.

Six lists have templates of their own, which write names, messages and values into JSON as they are (legacy notes, data
5.1); many XML templates do the same. A reader who knows that can still tell text from structure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from diffing.decode import Decoded, Form, decode, load_json
from diffing.model import Observation
from diffing.paths import MISSING
from diffing.xml_tree import NotXml, json_tree, parse_xml

MAX_DEPTH: Final = 20
_BLANKS: Final = re.compile(r"\s*")
_KEY: Final = re.compile(r'"([^"\\\n]{1,60})"\s*:')
_BARE: Final = re.compile(r"[^\s,\[\]{}\"]*")
_TAG: Final = re.compile(r"(</?oml:[\w-]+(?:\s[^<>]*)?/?>|<\?xml[^<>]*>)")
_UNNAMED_END: Final = re.compile(r"<oml:([\w-]+)>([^<]*)</oml:>")
_ENTITY: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]\w{1,31};)")


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where a text ends: its quotation mark comes before what may follow a value there. ``of_value``: of a key:
    another key of PHP's template, or the end of the object. ``of_element``: of a list: another element, or its end.
    """

    of_value: re.Pattern[str]
    of_element: re.Pattern[str]


@cache
def _ends(names: frozenset[str]) -> _Ends:
    keys = "|".join(map(re.escape, sorted(names)))
    after = r"\s*(?:,\s*[\[{]|[\]}]|\Z)"
    value = rf'\s*(?:,\s*"(?:{keys})"\s*:|\}}{after})'
    element = rf'\s*(?:,\s*["\[{{\-\d]|\]\s*(?:,\s*"(?:{keys})"\s*:|[\]}}]|\Z))'
    return _Ends(re.compile(rf'(.*?)"(?={value})', re.DOTALL), re.compile(rf'(.*?)"(?={element})', re.DOTALL))


class Unrepairable(ValueError):
    """Text and structure cannot be told apart."""


def repaired(broken: Decoded, names: frozenset[str]) -> Iterator[Decoded]:
    """The readings of a document whose texts are pasted in as they are, the likeliest first.

    XML has two where a text holds the name of an HTML entity: PHP may have escaped it for HTML, or pasted it.
    ``broken``: the answer. ``names``: the keys that PHP's template may have: where a text seems to end before another
    one, it goes on.
    """
    if broken.media_type.endswith("xml"):
        texts = broken.body.decode("utf-8", "replace")
        for named in (True, False) if _ENTITY.search(texts) else (True,):
            try:
                document = json_tree(parse_xml(_escaped(texts, named=named).encode()))
            except NotXml:
                continue
            yield Decoded(Form.JSON, broken.media_type, document, body=broken.body, pasted=True, names=names)
    else:
        try:
            document = read_list(broken.body.decode("utf-8"), names)
        except ValueError:
            return
        yield Decoded(Form.JSON, broken.media_type, document, body=broken.body, pasted=True, names=names)


def untouched(legacy: Observation, old: Decoded) -> object:
    """The document of an answer as it was before it was normalised.

    Args:
        old: It, decoded, and read as it stands where it is broken.
    """
    again = decode(legacy)
    return next(repaired(again, old.names), again).document if old.pasted else again.document


def read_list(text: str, names: frozenset[str]) -> dict[str, object]:
    """A JSON list of PHP's own templates, of which each text stands as it is between its quotation marks.

    A number that is none is text, and a key without a value is left out. Raises Unreadable: it is no such list.
    """
    reader = _Reader(text, _ends(names))
    value, end = reader.value(reader.skip(0), 0)
    if not isinstance(value, dict) or reader.skip(end) != len(text):
        raise Unrepairable("not one object")
    return value


class _Reader:
    def __init__(self, text: str, ends: _Ends) -> None:
        self.text, self._ends = text, ends

    def value(self, at: int, depth: int, ends: re.Pattern[str] | None = None) -> tuple[object, int]:
        """The value at a place, and where it ends; `MISSING` where there is none."""
        text = self.text
        if depth > MAX_DEPTH:
            raise Unrepairable("nested too deeply")
        if text.startswith("{", at):
            return self._object(at + 1, depth + 1)
        if text.startswith("[", at):
            return self._list(at + 1, depth + 1)
        if text.startswith('"', at):
            quoted = (ends or self._ends.of_value).match(text, at + 1)
            if quoted is None:
                raise Unrepairable("a text has no end")
            return quoted[1], quoted.end()
        bare = _BARE.match(text, at)
        if bare is None or not bare[0]:
            return MISSING, at
        try:
            return load_json(bare[0].encode()), bare.end()
        except ValueError:
            return bare[0], bare.end()

    def skip(self, at: int) -> int:
        """Behind white space."""
        found = _BLANKS.match(self.text, at)
        return at if found is None else found.end()

    def _object(self, at: int, depth: int) -> tuple[dict[str, object], int]:
        document: dict[str, object] = {}
        while True:
            at = self.skip(at)
            if self.text.startswith("}", at):
                return document, at + 1
            key = _KEY.match(self.text, at)
            if key is None or key[1] in document:
                raise Unrepairable("a key is missing, or named twice")
            value, at = self.value(self.skip(key.end()), depth)
            if value is not MISSING:
                document[key[1]] = value
            at = self._after(at, "}")

    def _list(self, at: int, depth: int) -> tuple[list[object], int]:
        elements: list[object] = []
        while True:
            at = self.skip(at)
            if self.text.startswith("]", at):
                return elements, at + 1
            value, at = self.value(at, depth, self._ends.of_element)
            if value is MISSING:
                raise Unrepairable("an element is missing")
            elements.append(value)
            at = self._after(at, "]")

    def _after(self, at: int, end: str) -> int:
        """Behind the comma that follows a value, or at the bracket that ends what it is in."""
        at = self.skip(at)
        if self.text.startswith(",", at):
            return at + 1
        if self.text.startswith(end, at):
            return at
        raise Unrepairable("a comma is missing")


def _escaped(text: str, *, named: bool) -> str:
    """XML in which each text that is none between PHP's own tags is text; named entities resolved, or as they stand."""
    parts = _TAG.split(_UNNAMED_END.sub(r"<oml:\1>\2</oml:\1>", text))
    parts[::2] = [_as_text(part, named=named) if "&" in part or "<" in part else part for part in parts[::2]]
    return "".join(parts)


def _as_text(part: str, *, named: bool) -> str:
    if named:
        part = _ENTITY.sub(lambda found: html.escape(html.unescape(found[0]), quote=False), part)
    try:
        parse_xml(f"<text>{part}</text>".encode())
    except NotXml:
        return html.escape(part, quote=False)
    return part
