"""What PHP meant to say where it pasted text without escaping it, and so broke its JSON or XML.

Six lists have templates of their own, which write names, messages and values into JSON as they are (legacy notes, data
5.1); many XML templates do the same. A reader who knows that can still tell text from structure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from diffing.decode import Decoded, Form, load_json
from diffing.paths import MISSING
from diffing.xml_tree import NotXml, json_tree, parse_xml

MAX_DEPTH: Final = 20
_BLANKS: Final = re.compile(r"\s*")
_KEY: Final = re.compile(r'"([^"\\\n]{1,60})"\s*:')
_BARE: Final = re.compile(r"[^\s,\[\]{}\"]*")
# Where a text ends: its quotation mark comes before what may follow a value there.
_AFTER_VALUE: Final = r'\s*(?:,\s*"[^"\\\n]{1,60}"\s*:|\}\s*(?:[,\]}]|\Z))'
_AFTER_ELEMENT: Final = r'\s*(?:,\s*["\[{\-\d]|\]\s*(?:[,\]}]|\Z))'
_TEXT_OF_KEY: Final = re.compile(rf'(.*?)"(?={_AFTER_VALUE})', re.DOTALL)
_TEXT_OF_ELEMENT: Final = re.compile(rf'(.*?)"(?={_AFTER_ELEMENT})', re.DOTALL)
_TAG: Final = re.compile(r"(</?oml:[\w-]+(?:\s[^<>]*)?/?>|<\?xml[^<>]*>)")
_UNNAMED_END: Final = re.compile(r"<oml:([\w-]+)>([^<]*)</oml:>")
_ENTITY: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]\w{1,31};)")


class Unreadable(ValueError):
    """Text and structure cannot be told apart."""


def repaired(broken: Decoded) -> Iterator[Decoded]:
    """The readings of a document whose texts are pasted in as they are, the likeliest first.

    XML has two where a text holds the name of an HTML entity: PHP may have escaped it for HTML, or pasted it.
    """
    if broken.media_type.endswith("xml"):
        texts = broken.body.decode("utf-8", "replace")
        for named in (True, False) if _ENTITY.search(texts) else (True,):
            try:
                document = json_tree(parse_xml(_escaped(texts, named=named).encode()))
            except NotXml:
                continue
            yield Decoded(Form.JSON, broken.media_type, document, body=broken.body, pasted=True)
    else:
        try:
            document = read_list(broken.body.decode("utf-8"))
        except ValueError:
            return
        yield Decoded(Form.JSON, broken.media_type, document, body=broken.body, pasted=True)


def read_list(text: str) -> dict[str, object]:
    """A JSON list of PHP's own templates, of which each text stands as it is between its quotation marks.

    A number that is none is text, and a key without a value is left out.

    Raises:
        Unreadable: it is no such list.
    """
    value, end = _value(text, _skip(text, 0), _TEXT_OF_KEY, 0)
    if not isinstance(value, dict) or _skip(text, end) != len(text):
        raise Unreadable("not one object")
    return value


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()


def _value(text: str, at: int, ends: re.Pattern[str], depth: int) -> tuple[object, int]:
    """The value at a place, and where it ends; `MISSING` where there is none."""
    if depth > MAX_DEPTH:
        raise Unreadable("nested too deeply")
    if text.startswith("{", at):
        return _object(text, at + 1, depth + 1)
    if text.startswith("[", at):
        return _list(text, at + 1, depth + 1)
    if text.startswith('"', at):
        quoted = ends.match(text, at + 1)
        if quoted is None:
            raise Unreadable("a text has no end")
        return quoted[1], quoted.end()
    bare = _BARE.match(text, at)
    if bare is None or not bare[0]:
        return MISSING, at
    try:
        return load_json(bare[0].encode()), bare.end()
    except ValueError:
        return bare[0], bare.end()


def _object(text: str, at: int, depth: int) -> tuple[dict[str, object], int]:
    document: dict[str, object] = {}
    while True:
        at = _skip(text, at)
        if text.startswith("}", at):
            return document, at + 1
        key = _KEY.match(text, at)
        if key is None or key[1] in document:
            raise Unreadable("a key is missing, or named twice")
        value, at = _value(text, _skip(text, key.end()), _TEXT_OF_KEY, depth)
        if value is not MISSING:
            document[key[1]] = value
        at = _after(text, at, "}")


def _list(text: str, at: int, depth: int) -> tuple[list[object], int]:
    elements: list[object] = []
    while True:
        at = _skip(text, at)
        if text.startswith("]", at):
            return elements, at + 1
        value, at = _value(text, at, _TEXT_OF_ELEMENT, depth)
        if value is MISSING:
            raise Unreadable("an element is missing")
        elements.append(value)
        at = _after(text, at, "]")


def _after(text: str, at: int, end: str) -> int:
    """Behind the comma that follows a value, or at the bracket that ends what it is in."""
    at = _skip(text, at)
    if text.startswith(",", at):
        return at + 1
    if text.startswith(end, at):
        return at
    raise Unreadable("a comma is missing")


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
