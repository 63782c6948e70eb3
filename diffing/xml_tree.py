"""The legacy XML answer as the legacy JSON tree: PHP's own conversion, done once more (legacy notes, data 5.3).

PHP makes most of its JSON by rendering the XML template and converting it, so that the XML form of an answer holds
the same facts. Clients that ask for XML are compared by that tree.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from config.php.text import TRIMMED

MAX_DEPTH: Final = 200
MAX_MARKS: Final = 1_000_000
"""Signs ``<`` of a document: an element takes a hundred times its bytes, and answers of PHP have fewer."""

Tree = str | dict[str, object] | list[object]


class NotXml(ValueError):
    """The body is not well-formed XML (PHP pastes texts unescaped into some templates)."""


def parse_xml(body: bytes) -> etree._Element:
    """The root element; entities and network are off. Raises NotXml: the body is not well-formed, or nested deeper or
    has more elements than any answer.
    """
    if body.count(b"<") > MAX_MARKS:
        raise NotXml(f"more than {MAX_MARKS} signs of markup")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotXml(str(error)) from error
    if _depth(root) > MAX_DEPTH:
        raise NotXml(f"nested deeper than {MAX_DEPTH} elements")
    return root


def _depth(root: etree._Element) -> int:
    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def printed(value: object) -> object:
    """A document with all its texts as PHP's XML keeps them: line ends are LF, and blanks at both ends go."""
    match value:
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n").strip(TRIMMED)
        case list():
            return [printed(element) for element in value]
        case dict():
            return {key: printed(element) for key, element in value.items()}
    return value


def json_tree(root: etree._Element) -> dict[str, object]:
    """The document that PHP's conversion makes of a root element."""
    return {_local(root): convert(root)}


def convert(element: etree._Element) -> Tree:
    """One element: its text, an object, or `[]` when it is empty.

    Prefixes are dropped; attributes come first; children without a namespace come last; a name that occurs once has
    the bare value, one that occurs again a list; text beside attributes or children is the key `value`.
    """
    tree: dict[str, object] = {
        str(etree.QName(name).localname): value for name, value in element.attrib.items()
    }
    elements = [child for child in element if isinstance(child.tag, str)]
    in_namespace = [child for child in elements if etree.QName(child).namespace]
    others = [child for child in elements if not etree.QName(child).namespace]
    found: dict[str, list[object]] = {}
    for child in (*in_namespace, *others):
        found.setdefault(_local(child), []).append(convert(child))
    text = ((element.text or "") + "".join(child.tail or "" for child in element)).strip(TRIMMED)
    if not tree and not found and text:
        return text
    tree.update({name: values[0] if len(values) == 1 else values for name, values in found.items()})
    if text:
        tree["value"] = text
    return tree or []


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
