"""The answers of PHP as trees of elements: built by an entity's ``legacy.py``, written as XML or as PHP's JSON.

PHP renders XML, and makes its JSON of that (legacy notes, data 5.3). Here one tree gives both::

    element("task_type", element("id", row.ttid), optional("name", row.name))
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from xml.etree import ElementTree

import orjson

from backend.legacy.values import Value, text_of
from backend.php.text import TRIMMED

NAMESPACE = "http://openml.org/openml"

Converted: TypeAlias = str | dict[str, Any] | list[Any]

# XML 1.0 has no way to say these; PHP dies of them.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "\n"})
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": " ", "\n": " ", "\r": " "}
)
_MARKED = re.compile(r"[&<>\r]")


@dataclass(slots=True, eq=False)
class Element:
    """An element.

    Args:
        name: Without prefix.
        attributes: Names and texts, in order.
        children: In order.
        text: Its own text; of several pieces around children all together, which is what PHP's JSON has.
        plain: It is in no namespace, as markup within a stored text is.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    plain: bool = False


Content: TypeAlias = Value | Element | Iterable["Element | None"]


def element(name: str, /, *content: Content, **attributes: Value) -> Element:
    """Make an element.

    Args:
        name: Without prefix.
        content: A value, which is written as PHP has it; children; iterables of children. None is nothing.
        attributes: In order; None is the empty text.

    Returns:
        The element.
    """
    made = Element(name)
    for key, value in attributes.items():
        made.attributes[key] = text_of(value)
    for item in content:
        if item is None:
            continue
        if isinstance(item, Element):
            made.children.append(item)
        elif isinstance(item, str):
            made.text += item
        elif isinstance(item, Iterable):
            made.children.extend(child for child in item if child is not None)
        else:
            made.text += text_of(item)
    return made


def optional(name: str, value: Value) -> Element | None:
    """An element that is left out where there is no value: None and the empty text."""
    return None if value is None or value == "" else element(name, value)


def each(name: str, values: Iterable[Value]) -> list[Element]:
    """One element per value."""
    return [element(name, value) for value in values]


def markup(name: str, value: Value, /, **attributes: Value) -> Element:
    """An element whose text PHP does not escape, so that markup within it becomes elements.

    Args:
        name: Without prefix.
        value: What is stored; a text that is no XML is taken as plain text, where PHP has no answer at all.
        attributes: In order.

    Returns:
        The element.
    """
    text = text_of(value)
    if "<" not in text and "&" not in text:
        return element(name, text, **attributes)
    try:
        parsed = ElementTree.fromstring(f'<{name} xmlns:oml="{NAMESPACE}">{_speakable(text)}</{name}>')
    except ElementTree.ParseError:
        return element(name, text, **attributes)
    made = from_parsed(parsed, plain=False)
    made.attributes = {key: text_of(value) for key, value in attributes.items()}
    return made


def from_parsed(parsed: ElementTree.Element, *, plain: bool | None = None) -> Element:
    """A parsed element of this kind of tree; what is in no namespace is plain."""
    space, _, name = parsed.tag.rpartition("}")
    return Element(
        name,
        {key.rpartition("}")[2]: value for key, value in parsed.attrib.items()},
        [from_parsed(child) for child in parsed],
        (parsed.text or "") + "".join(child.tail or "" for child in parsed),
        not space if plain is None else plain,
    )


def to_xml(root: Element) -> bytes:
    """The document as XML.

    Args:
        root: Its root.

    Returns:
        UTF-8, without declaration, as PHP's templates are. Characters that XML cannot hold are replaced.
    """
    pieces: list[str] = []
    _write(root, pieces.append, f' xmlns:oml="{NAMESPACE}"')
    return _speakable("".join(pieces)).encode("utf-8", "replace")


def to_json(root: Element) -> bytes:
    """The document as PHP's JSON (legacy notes, data 5.3).

    Args:
        root: Its root.

    Returns:
        ASCII, without white space.
    """
    text = json.dumps({root.name: converted(root)}, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")  # no slash stands outside of a text


def json_document(document: Any) -> bytes:
    """A document of one of PHP's own JSON templates: UTF-8, nothing escaped that needs not be."""
    return orjson.dumps(document)


def converted(node: Element) -> Converted:
    """An element as PHP's JSON shows it.

    Attributes come first, then children: those of the namespace before plain ones, each name where it occurred first,
    repeated ones as a list; then its text under ``value``. Without attributes and children it is its text, ``[]``
    where it has none.
    """
    text = node.text
    if text:
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = text.strip(TRIMMED)
    if not node.children and not node.attributes:
        return text or []
    found: dict[str, Any] = {key: _one_line(value) for key, value in node.attributes.items()}
    children = node.children
    if any(child.plain for child in children):
        children = sorted(children, key=lambda child: child.plain)
    counts: dict[str, int] = {}
    for child in children:
        name = child.name
        seen = counts[name] = counts.get(name, 0) + 1
        value = converted(child)
        if seen == 1:
            found[name] = value
        elif seen == 2:
            found[name] = [found[name], value]
        else:
            found[name].append(value)
    if text:
        found["value"] = text
    return found


def _one_line(value: str) -> str:
    """White space in attributes is blanks, as XML has it."""
    if "\n" in value or "\t" in value or "\r" in value:
        return value.replace("\r\n", " ").translate(_BLANKS)
    return value


_BLANKS = str.maketrans("\t\n\r", "   ")


def _write(node: Element, write: Any, declared: str = "") -> None:
    name = node.name if node.plain else f"oml:{node.name}"
    opened = f"<{name}{declared}"
    for key, value in node.attributes.items():
        opened += f' {key}="{value.translate(_ATTRIBUTE)}"'
    text = node.text
    if text and _MARKED.search(text):
        text = text.replace("\r\n", "\n").translate(_TEXT)
    if not node.children:
        write(f"{opened}>{text}</{name}>\n")
        return
    write(f"{opened}>{text}\n")
    for child in node.children:
        _write(child, write)
    write(f"</{name}>\n")


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("�", text)
