"""Uploaded XML: read without entities of their own and without network, within limits, and held to a schema.

The schemas are in ``backend/input/schemas``, one for each document; what they accept and refuse is what PHP's do.
What is read of a document has the prefix ``oml``: PHP asks for elements by prefix, not by namespace.

IllegalDocument     no XML, or not as the schema wants it
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import cast

from lxml import etree

from backend.input.older_faults import older_column, older_message
from config.php.text import TRIMMED

NAMESPACE = "http://openml.org/openml"
PREFIX = "oml"
NO_ELEMENT = "The document has no document element."
_ENTITIES_LEFT = (
    "Internal error: xmlSchemaVDocWalk, there is at least one entity reference in the node-tree currently being "
    "validated. Processing of entities with this XML Schema processor is not supported (yet). "
    "Please substitute entities before validation.."
)
"""What PHP's library says of them."""
LARGEST = 32 * 1024 * 1024
"""Bytes that a document may have; PHP takes files of 2 MB (legacy notes, data 1.5)."""
MOST_ELEMENTS = 1_000_000
"""Elements that a document may have; the features of 100,000 columns have as many."""
DEEPEST = 64
"""How deep elements may lie in each other."""

# Of documents of these schemas, PHP would store what it does not find as empty.
_PREFIXED = frozenset({"task_upload", "flow_upload", "study_create", "run_trace"})
_XS = "http://www.w3.org/2001/XMLSchema"
_ONE_AT_A_TIME = Lock()
"""libxml2 cannot compile two schemas at once, and a compiled one has one list of faults for all that it validates."""
_SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong in a document. ``line``: where, counted from 1; -1 for the document as a whole, 0 where
    there are no lines. ``column``: where in the line, counted from 1; 0 when only the line is known.
    """

    message: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"Line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{self.message.strip().rstrip('.')}."


class IllegalDocument(ValueError):
    """A document that is no XML, or not as its schema wants it. ``faults``: what is wrong. ``php``: how PHP says it,
    where it says something else.
    """

    def __init__(self, faults: Sequence[Fault], php: "IllegalDocument | None" = None) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = tuple(faults)
        self.php = php

    def as_php(self) -> str:
        """What PHP says of them: those of reading first, then that there is something, then all with their places."""
        if self.php is not None:
            return self.php.as_php()
        unread = self.faults[:-1] if self.faults and self.faults[-1].message == NO_ELEMENT else ()
        read = "".join(f"{fault.message}\n. " for fault in unread)
        placed = "".join(
            f"Error {fault.message}\n on line {fault.line} column {fault.column}. "
            for before, fault in zip((None, *self.faults), self.faults, strict=False)
            if before is None or not _is_same(before, fault)
        )
        return f"{read}XML does not correspond to XSD schema. {placed}"


def _is_same(before: Fault, fault: Fault) -> bool:
    """Whether a fault is the second one of a text that is too short: the library that PHP 7.4 has names one."""
    element, _, facet = fault.message.partition(": [facet ")
    return facet.startswith("'pattern'") and before.message.startswith(f"{element}: [facet 'minLength'")


@dataclass(frozen=True, slots=True)
class Node:
    """An element of a document.

    Args:
        name: Without the namespace.
        content: Its own text, as it stands.
        children: The elements in it, in order.
        line: Where it stands.
    """

    name: str
    content: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Node", ...] = ()
    line: int = 0

    def all(self, name: str) -> list["Node"]:
        """The elements of a name that lie directly in this one, in order."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> "Node | None":
        """The first of them; None when there is none."""
        return next((child for child in self.children if child.name == name), None)

    def raw(self, name: str) -> str | None:
        """The text of the first element of a name, as it stands; None when there is none."""
        child = self.first(name)
        return None if child is None else child.content

    def text(self, name: str) -> str | None:
        """The same, trimmed as PHP's trim does."""
        raw = self.raw(name)
        return None if raw is None else raw.strip(TRIMMED)

    def texts(self, name: str) -> list[str]:
        """The trimmed texts of all elements of a name, in order."""
        return [child.content.strip(TRIMMED) for child in self.all(name)]


def parse(document: bytes) -> etree._Element:
    """Read a document that nobody vouches for. ``document``: as it was uploaded. Returns the root element. Raises
    IllegalDocument: it is too large or too deep, not well-formed, or uses an entity of its own.
    """
    if len(document) > LARGEST:
        raise IllegalDocument([Fault(f"The document is larger than {LARGEST} bytes", -1)])
    if document.count(b"<") > 2 * MOST_ELEMENTS:
        raise IllegalDocument([Fault(f"The document has more than {MOST_ELEMENTS} elements", -1)])
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        # PHP goes on to validate what it could not read, and names both complaints. The log of the error would
        # hold those of earlier documents too.
        faults, lines = _faults(parser.error_log), document.split(b"\n")
        older = [
            Fault(
                older_message(fault.message, document),
                fault.line,
                older_column(fault.message, fault.line, fault.column, lines),
            )
            for fault in faults
        ]
        end = Fault(NO_ELEMENT, -1)
        raise IllegalDocument([*faults, end], php=IllegalDocument([*older, end])) from error
    own = next(root.iter(etree.Entity), None)
    if own is not None:
        # PHP takes a declaration of the document type, but its schemas do not take what is made of one.
        at = own.sourceline or 1
        raise IllegalDocument(
            [Fault(f"The entity {own.text} is not allowed", at)],
            php=IllegalDocument([Fault(_ENTITIES_LEFT, at)]),
        )
    deepest = max(_depths(root))
    if deepest > DEEPEST:
        raise IllegalDocument([Fault(f"Elements lie deeper in each other than {DEEPEST}", -1)])
    return root


def validate(root: etree._Element, schema: str) -> None:
    """Hold a document to its schema. ``schema``: name of the schema: ``run_upload``. Raises IllegalDocument: it is not
    as the schema wants it.
    """
    with _ONE_AT_A_TIME:
        compiled = _schema(schema)
        faults = [] if compiled.validate(root) else _faults(compiled.error_log)
    if faults:
        raise IllegalDocument(faults)
    if schema in _PREFIXED and (others := [*_of_other_prefixes(root)]):
        raise IllegalDocument(others)
    if (ints := _ints(schema)) and (padded := [*_padded(root, ints)]):
        raise IllegalDocument(padded)


def node(element: etree._Element) -> Node:
    """An element as a plain value. ``element``: of a parsed document. Returns the element with all that is in it and
    has the prefix of OpenML. An entity that was not resolved is no text.
    """
    children = [child for child in element if isinstance(child.tag, str) and child.prefix == PREFIX]
    content = (element.text or "") + "".join(child.tail or "" for child in element)
    return Node(
        name=etree.QName(element).localname,
        content=content,
        attributes={etree.QName(name).localname: str(value) for name, value in element.attrib.items()},
        children=tuple(map(node, children)),
        line=cast(int | None, element.sourceline) or 0,
    )


def schema_path(schema: str) -> Path:
    """The file of a schema."""
    return _SCHEMAS / f"{schema}.xsd"


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(schema_path(name)))


def _of_other_prefixes(root: etree._Element) -> Iterator[Fault]:
    for element in root.iterdescendants():
        if isinstance(element.tag, str) and element.prefix != PREFIX:
            message = f"Element '{element.tag}' needs the prefix {PREFIX}"
            yield Fault(message, cast(int | None, element.sourceline) or 0)
            return


@cache
def _ints(name: str) -> frozenset[str]:
    """The elements of a schema that are ``xs:int``, by name."""
    found = etree.parse(schema_path(name)).iterfind(f".//{{{_XS}}}element[@type='xs:int']")
    return frozenset(f"{{{NAMESPACE}}}{element.get('name')}" for element in found)


def _padded(root: etree._Element, ints: frozenset[str]) -> Iterator[Fault]:
    """Blanks around an ``xs:int``: the library that PHP 7.4 has does not take them, around other numbers it does."""
    for element in root.iter(*ints):
        text = element.text or ""
        if text != text.strip():
            message = f"Element '{element.tag}': '{text}' is not a valid value of the atomic type 'xs:int'."
            yield Fault(message, cast(int | None, element.sourceline) or 0)


def _faults(log: etree._ListErrorLog) -> list[Fault]:
    return [Fault(entry.message, entry.line, entry.column) for entry in log]


def _depths(root: etree._Element) -> Iterator[int]:
    level = [root]
    depth = 0
    while level:
        depth += 1
        yield depth
        level = [child for element in level for child in element]
