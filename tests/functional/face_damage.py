"""Damage to an answer of the legacy face, kind by kind: to JSON as text and as document, to XML, to what is around."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final, TypeAlias

from lxml import etree

from diffing.model import Observation

Damage: TypeAlias = Callable[[Observation, random.Random], Observation | None]

ORDER: Final = "swapped rows"
JSON, XML = "application/json", "text/xml"
_NUMBER: Final = re.compile(rb"(?<=:)-?\d[\d.eE+-]*(?=[,}\s])")
_DIGITS: Final = re.compile(rb'(?<=:)"(\d+)"')
_TEXT: Final = re.compile(rb'(?<=:)"((?:[^"\\]|\\.)+)"')
_MEMBERS: Final = re.compile(rb'("[^"\\]+":"[^"\\]*"),("[^"\\]+":"[^"\\]*")')


def _media(seen: Observation) -> str:
    return (seen.header("content-type") or "").partition(";")[0]


def _spelled(pattern: re.Pattern[bytes], change: Callable[[re.Match[bytes]], bytes]) -> Damage:
    """Damage to the bytes of JSON, at one of the places that fit."""

    def make(seen: Observation, chance: random.Random) -> Observation | None:
        places = list(pattern.finditer(seen.body)) if _media(seen) == JSON else []
        if not places:
            return None
        found = chance.choice(places)
        body = seen.body[: found.start()] + change(found) + seen.body[found.end() :]
        return None if body == seen.body else replace(seen, body=body)

    return make


def _nodes(value: object) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from _nodes(one)


def _document(fits: Callable[[Any], bool], change: Callable[[Any, random.Random], None]) -> Damage:
    """Damage to an object or a list of a JSON document, which is written as PHP writes it."""

    def make(seen: Observation, chance: random.Random) -> Observation | None:
        if _media(seen) != JSON:
            return None
        try:
            document = json.loads(seen.body)
        except ValueError:
            return None
        places = [node for node in _nodes(document) if fits(node)]
        if not places:
            return None
        change(chance.choice(places), chance)
        text = json.dumps(document, separators=(",", ":")).replace("/", "\\/")
        return replace(seen, body=text.encode())

    return make


def _list(node: Any) -> bool:
    return isinstance(node, list) and len(node) > 1 and any(one != node[0] for one in node)


def _swap(node: list[Any], chance: random.Random) -> None:
    at = chance.choice([index for index in range(1, len(node)) if node[index] != node[index - 1]])
    node[at - 1], node[at] = node[at], node[at - 1]


def _double(node: list[Any], chance: random.Random) -> None:
    at = chance.randrange(len(node))
    node.insert(at, node[at])


def _one_of_many(node: dict[str, Any], chance: random.Random) -> None:
    key = chance.choice([key for key, value in node.items() if isinstance(value, list) and value])
    node[key] = node[key][0]


def _many_of_one(node: dict[str, Any], chance: random.Random) -> None:
    key = chance.choice([key for key, value in node.items() if not isinstance(value, list)])
    node[key] = [node[key]]


def _renamed(node: dict[str, Any], chance: random.Random) -> None:
    key = chance.choice(list(node))
    node[f"{key}_"] = node.pop(key)


def _tree(fits: Callable[[etree._Element], bool], change: Callable[[etree._Element], None]) -> Damage:
    """Damage to an element of XML."""

    def make(seen: Observation, chance: random.Random) -> Observation | None:
        if _media(seen) != XML:
            return None
        try:
            root = etree.fromstring(seen.body)
        except etree.XMLSyntaxError:
            return None
        places = [node for node in root.iter() if isinstance(node.tag, str) and fits(node)]
        if not places:
            return None
        change(chance.choice(places))
        return replace(seen, body=etree.tostring(root))

    return make


def _below(node: etree._Element) -> bool:
    return node.getparent() is not None


def _has_text(node: etree._Element) -> bool:
    return bool((node.text or "").strip())


def _remove(node: etree._Element) -> None:
    parent = node.getparent()
    assert parent is not None
    parent.remove(node)


def _repeat(node: etree._Element) -> None:
    parent = node.getparent()
    assert parent is not None
    parent.insert(parent.index(node), etree.fromstring(etree.tostring(node, with_tail=False)))


def _unlike_next(node: etree._Element) -> bool:
    after = node.getnext()
    return after is not None and etree.tostring(node, with_tail=False) != etree.tostring(
        after, with_tail=False
    )


def _exchange(node: etree._Element) -> None:
    after = node.getnext()
    assert after is not None
    after.addnext(node)


def _set_text(change: Callable[[str], str]) -> Callable[[etree._Element], None]:
    def put(node: etree._Element) -> None:
        node.text = change(node.text or "")

    return put


def _other_attribute(node: etree._Element) -> None:
    name = next(iter(node.attrib))
    node.set(name, f"{node.get(name)}x")


def _tag(change: Callable[[str], str]) -> Callable[[etree._Element], None]:
    def put(node: etree._Element) -> None:
        node.tag = change(str(node.tag))

    return put


def _error(part: str, change: Callable[[bytes], bytes]) -> Damage:
    """Damage to a part of a refusal, in either form."""
    name = part.encode()
    pattern = re.compile(rb'"%s":"((?:[^"\\]|\\.)*)"|<oml:%s>([^<]*)</oml:%s>' % (name, name, name))

    def make(seen: Observation, _: random.Random) -> Observation | None:
        found = pattern.search(seen.body) if (seen.status or 0) >= 400 else None
        if found is None:
            return None
        start, end = found.span(1 if found[1] is not None else 2)
        return replace(seen, body=seen.body[:start] + change(seen.body[start:end]) + seen.body[end:])

    return make


def _status(seen: Observation, chance: random.Random) -> Observation | None:
    return replace(seen, status=chance.choice([one for one in (200, 412, 450, 404) if one != seen.status]))


def _header(name: str, value: str | None) -> Damage:
    def make(seen: Observation, _: random.Random) -> Observation | None:
        if seen.header(name) is None:
            return None
        kept = tuple(pair for pair in seen.headers if pair[0].lower() != name)
        return replace(seen, headers=kept if value is None else (*kept, (name, value)))

    return make


def _cut(seen: Observation, chance: random.Random) -> Observation | None:
    body = seen.body.rstrip()
    return replace(seen, body=body[: chance.randrange(1, len(body))]) if len(body) > 1 else None


KINDS: Final[tuple[tuple[str, Damage], ...]] = (
    ("wrong status", _status),
    ("other media type", _header("content-type", "text/x-other")),
    ("lost cors header", _header("access-control-allow-origin", None)),
    ("other code", _error("code", lambda _: b"999")),
    ("other message", _error("message", lambda text: text + b"x")),
    ("other additional information", _error("additional_information", lambda text: text + b"x")),
    ("cut document", _cut),
    ("number to text", _spelled(_NUMBER, lambda found: b'"%s"' % found[0])),
    ("other number", _spelled(_NUMBER, lambda found: found[0] + b"1")),
    ("text to number", _spelled(_DIGITS, lambda found: str(int(found[1])).encode())),
    ("blank behind", _spelled(_TEXT, lambda found: b'"%s "' % found[1])),
    ("blank before", _spelled(_TEXT, lambda found: b'" %s"' % found[1])),
    ("other text", _spelled(_TEXT, lambda found: b'"%sx"' % found[1])),
    ("swapped keys", _spelled(_MEMBERS, lambda found: found[2] + b"," + found[1])),
    ("unescaped slash", _spelled(re.compile(rb"\\/"), lambda _: b"/")),
    ("unescaped letter", _spelled(re.compile(rb"\\u00e9"), lambda _: "é".encode())),
    ("escaped letter", _spelled(re.compile(rb'(?<=:")[a-z]'), lambda found: b"\\u%04x" % found[0][0])),
    ("text for nothing", _spelled(re.compile(rb"(?<=:)\[\]"), lambda _: b'""')),
    ("null for nothing", _spelled(re.compile(rb"(?<=:)\[\]"), lambda _: b"null")),
    (ORDER, _document(_list, _swap)),
    ("lost row", _document(_list, lambda node, chance: node.pop(chance.randrange(len(node))))),
    ("doubled row", _document(_list, _double)),
    (
        "row twice for another",
        _document(_list, lambda node, _: node.__setitem__(0, next(x for x in node if x != node[0]))),
    ),
    (
        "one for many",
        _document(
            lambda node: isinstance(node, dict) and any(isinstance(v, list) and v for v in node.values()),
            _one_of_many,
        ),
    ),
    (
        "many for one",
        _document(
            lambda node: isinstance(node, dict) and any(not isinstance(v, list) for v in node.values()),
            _many_of_one,
        ),
    ),
    ("renamed key", _document(lambda node: isinstance(node, dict) and bool(node), _renamed)),
    (
        "lost key",
        _document(
            lambda node: isinstance(node, dict) and bool(node),
            lambda node, chance: node.pop(chance.choice(list(node))),
        ),
    ),
    ("lost element", _tree(_below, _remove)),
    ("doubled element", _tree(_below, _repeat)),
    ("renamed element", _tree(_below, _tag(lambda tag: f"{tag}_"))),
    ("element of no namespace", _tree(_below, _tag(lambda tag: tag.rpartition("}")[2]))),
    ("swapped elements", _tree(lambda node: _below(node) and _unlike_next(node), _exchange)),
    ("other text of an element", _tree(_has_text, _set_text(lambda text: f"{text}x"))),
    ("blank behind a text", _tree(_has_text, _set_text(lambda text: f"{text} "))),
    ("line before a text", _tree(_has_text, _set_text(lambda text: f"\n{text}"))),
    ("text for nothing in it", _tree(lambda node: not len(node) and not node.text, _set_text(lambda _: "0"))),
    ("further attribute", _tree(_below, lambda node: node.set("x", "y"))),
    ("other attribute", _tree(lambda node: bool(node.attrib), _other_attribute)),
    ("lost attribute", _tree(lambda node: bool(node.attrib), lambda node: node.attrib.clear())),
)
"""All kinds; a kind gives at most one mutant of an answer, and none where it does not fit."""
