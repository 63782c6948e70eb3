"""A description in JSON as the XML document that it stands for, so that one schema holds for both.

Members are named like the elements and attributes; what may occur more than once is a list (or a single value);
the text of an element with attributes is its member ``value``, as PHP's JSON shows it::

    {"task_type_id": 1, "input": [{"name": "source_data", "value": "61"}]}
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from lxml import etree

from backend.input.xml_documents import (
    DEEPEST,
    MOST_ELEMENTS,
    NAMESPACE,
    Fault,
    IllegalDocument,
    schema_path,
)

_XS = "{http://www.w3.org/2001/XMLSchema}"
TEXT = "value"
_TYPES = {
    "xs:integer": "integer",
    "xs:int": "integer",
    "xs:float": "number",
    "xs:double": "number",
    "xs:boolean": "boolean",
}
# What no XML document may hold (XML 1.0, 2.2).
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class _Shape:
    """What a schema says of an element: the names in it, in their order; its type, and how often it may occur."""

    children: dict[str, "_Shape"] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    has_text: bool = True
    type: str = "string"
    many: bool = False
    needed: bool = True


def document(value: object, schema: str) -> etree._Element:
    """Make the XML document of a JSON value. Returns the root element; the schema has yet to be asked whether it is
    right. Raises IllegalDocument: a member is unknown, or of a type that no element has.
    """
    name, shape = _root(schema)
    root: etree._Element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={"oml": NAMESPACE})
    _fill(root, value, shape, name, 1, count())
    return root


def described(schema: str, reference: str) -> dict[str, Any]:
    """The JSON schema of a description: names, nesting and types. Numbers may also be written as text, as in XML.

    ``reference``: what a reference to a schema looks like, with its name as ``{model}``. Returns the schema; what
    contains itself refers to it.
    """
    name, root = _root(schema)

    def one(shape: _Shape) -> dict[str, Any]:
        if shape is root:
            return {"$ref": reference.format(model=schema)}
        return inside(shape)

    def inside(shape: _Shape) -> dict[str, Any]:
        if not shape.children and not shape.attributes:
            return {"type": shape.type}
        members: dict[str, Any] = {}
        for child, inner in shape.children.items():
            members[child] = {"type": "array", "items": one(inner)} if inner.many else one(inner)
        members |= {attribute: {"type": "string"} for attribute in shape.attributes}
        members |= {TEXT: {"type": shape.type}} if shape.has_text else {}
        found = {"type": "object", "properties": members, "additionalProperties": False}
        needed = [child for child, inner in shape.children.items() if inner.needed and inner is not root]
        return {**found, "required": needed} if needed else found

    return {**inside(root), "description": f"As the element {name} of the schema {schema}."}


def _fill(
    element: etree._Element, value: object, shape: _Shape, path: str, depth: int, made: Iterator[int]
) -> None:
    if next(made) >= MOST_ELEMENTS:
        raise IllegalDocument([Fault(f"The document has more than {MOST_ELEMENTS} elements")])
    if depth > DEEPEST:
        raise IllegalDocument([Fault(f"Members lie deeper in each other than {DEEPEST}")])
    if not shape.children and not shape.attributes:
        element.text = _text(value, path)
        return
    if not isinstance(value, Mapping):
        if not shape.has_text:
            raise IllegalDocument([Fault(f"{path} must be an object")])
        element.text = _text(value, path)
        return
    known = [*shape.children, *shape.attributes, *([TEXT] if shape.has_text else [])]
    for name in value:
        if name not in known:
            raise IllegalDocument([Fault(f"{path} has no member {name!r}; it has {', '.join(known)}")])
    for name in shape.attributes:
        if value.get(name) is not None:
            element.set(name, _text(value[name], f"{path}.{name}"))
    if shape.has_text and value.get(TEXT) is not None:
        element.text = _text(value[TEXT], f"{path}.{TEXT}")
    for name, inner in shape.children.items():
        given = value.get(name)
        for one in given if isinstance(given, list) else [] if given is None else [given]:
            child = etree.SubElement(element, f"{{{NAMESPACE}}}{name}")
            _fill(child, one, inner, f"{path}.{name}", depth + 1, made)


def _text(value: object, path: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise IllegalDocument([Fault(f"{path} must be a text or a number")])
    if _NO_XML.search(value):
        raise IllegalDocument([Fault(f"{path} has a control character, or one that stands for none")])
    return value


@cache
def _root(schema: str) -> tuple[str, _Shape]:
    """The root element of a schema of ours: sequences, types with and without name, references to the root."""
    whole = etree.parse(schema_path(schema)).getroot()
    [element] = whole.findall(f"{_XS}element")
    types = {f"oml:{kind.get('name')}": kind for kind in whole.iterfind(f"{_XS}complexType")}
    name = element.get("name", "")
    shape = _Shape()
    _read(element, shape, {name: shape}, types)
    return name, shape


def _read(
    element: etree._Element, shape: _Shape, roots: Mapping[str, _Shape], types: Mapping[str, etree._Element]
) -> None:
    kind = element.find(f"{_XS}complexType")
    kind = types.get(element.get("type", "")) if kind is None else kind
    if kind is None:
        return
    shape.has_text = kind.find(f"{_XS}simpleContent") is not None
    shape.attributes = tuple(found.get("name", "") for found in kind.iterfind(f".//{_XS}attribute"))
    for child in kind.iterfind(f"{_XS}sequence/{_XS}element"):
        reference = child.get("ref", "").rpartition(":")[2]
        if reference:
            shape.children[reference] = roots[reference]
        else:
            inner = shape.children[child.get("name", "")] = _Shape(
                type=_TYPES.get(child.get("type", ""), "string"),
                many=child.get("maxOccurs", "1") != "1",
                needed=child.get("minOccurs", "1") != "0",
            )
            _read(child, inner, roots, types)
    if shape.children:
        own = kind.iterfind(f"{_XS}attribute")
        shape.attributes = tuple(found.get("name", "") for found in own)
