"""The answers of PHP as trees of elements: built by an entity's ``legacy.py``, written as XML or as PHP's JSON.

PHP renders XML, and makes its JSON of that (legacy notes, data 5.3). Here one tree gives both; the XML is written by
``writing``::

    element("task_type", element("id", row.ttid), optional("name", row.name))
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from xml.etree import ElementTree

import orjson

from backend.legacy.encoding import encoded
from backend.legacy.escaping import one_line, shown, speakable
from backend.legacy.values import Value, text_of
from config.php.text import TRIMMED

NAMESPACE = "http://openml.org/openml"

Converted: TypeAlias = str | dict[str, Any] | list[Any]

MOST_DEPTH = 200
"""How deep stored markup may lie; PHP's library reads no more than 256 either."""
MOST_MARKS = 20_000
"""Signs of markup that a stored text may have; with more it is plain text."""
_NOTHING: tuple["Element", ...] = ()
_SINGLE = frozenset((str, int, float))


class Element:
    """An element: there are thousands in a list, so that it is made by hand.

    Args:
        name: Without prefix.
        attributes: Names and texts, in order; None for none.
        children: In order.
        text: Its own text; of several pieces around children all together, which is what PHP's JSON has.
        plain: It is in no namespace, as markup within a stored text is.
        pieces: Of what was parsed and has children, that text before the first one and behind each.
    """

    __slots__ = ("attributes", "children", "name", "pieces", "plain", "text")

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, str] | None = None,
        children: Sequence["Element"] = _NOTHING,
        text: str = "",
        *,
        plain: bool = False,
        pieces: Sequence[str] | None = None,
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.children = children
        self.text = text
        self.plain = plain
        self.pieces = pieces


class Record(Element):
    """An element whose children have distinct names.

    Args:
        name: Without prefix.
        values: In order. A list of texts is one child each, an element is the child itself, of that name; rows or
            named elements are as many children as they are.
    """

    __slots__ = ("values",)

    def __init__(self, name: str, values: Mapping[str, "Inner"]) -> None:
        self.name = name
        self.attributes = None
        self.children = _NOTHING
        self.text = ""
        self.plain = False
        self.pieces = None
        self.values = values


class Rows(Element):
    """Elements of one name in a row, all with the same children: values by distinct names.

    Args:
        name: Of the elements, without prefix.
        rows: Of each element the values, in the order of the names.
        times: How often each element stands there, one after the other.
    """

    __slots__ = ("keys", "rows", "times")

    def __init__(
        self, name: str, keys: tuple[str, ...], rows: Sequence[tuple[Value, ...]], times: int = 1
    ) -> None:
        super().__init__(name)
        self.keys = keys
        self.rows = rows
        self.times = times


class Named(Element):
    """Elements of one name in a row, each with a name as its attribute and a value as its text. ``name``: of the
    elements, without prefix.
    """

    __slots__ = ("pairs",)

    def __init__(self, name: str, pairs: Sequence[tuple[str, Value]]) -> None:
        super().__init__(name)
        self.pairs = pairs


Content: TypeAlias = Value | Element | Iterable["Element | None"]
Inner: TypeAlias = Value | Element | Sequence[str]
INNER = frozenset((Element, Record, Rows, Named, list, tuple))
"""Types of what is no single value within a record."""


def element(name: str, /, *content: Content, **attributes: Value) -> Element:
    """Make an element.

    Args:
        name: Without prefix.
        content: A value, which is written as PHP has it; children; iterables of children. None is nothing.
        attributes: In order; None is the empty text.
    """
    texts = {key: text_of(value) for key, value in attributes.items()} if attributes else None
    if len(content) == 1 and ((only := content[0]) is None or type(only) in _SINGLE):
        return Element(name, texts, text=text_of(only))  # type: ignore[arg-type]  # a value
    children: list[Element] = []
    text = ""
    for item in content:
        if item is None:
            continue
        if isinstance(item, Element):
            if type(item) is not Rows or item.rows:  # none at all leave their parent empty
                children.append(item)
        elif isinstance(item, str):
            text += item
        elif isinstance(item, Iterable):
            children.extend(child for child in item if child is not None)
        else:
            text += text_of(item)
    return Element(name, texts, children, text)


def record(name: str, /, **values: Inner) -> Element:
    """An element whose children have distinct names: faster than one element each. ``name``: without prefix.
    ``values``: in order; None is an empty element. What else there may be says ``Record``.
    """
    return Record(name, values)


def alike(
    name: str, keys: tuple[str, ...], values: Sequence[tuple[Value, ...]], *, times: int = 1
) -> Element:
    """Elements of one name, all with the same children: faster than one record each, for what is within lists. Returns
    what stands for them among the children of an element.

    Args:
        name: Of the elements, without prefix.
        keys: Names of the children, all distinct.
        values: Of each element the values, in the order of the names; None is an empty element.
        times: How often each element stands there, one after the other.
    """
    return Rows(name, keys, values, times)


def marked_record(name: str, unescaped: Container[str], values: Mapping[str, Value | Element]) -> Element:
    """As ``record``, where PHP does not escape all texts.

    Args:
        name: Without prefix.
        unescaped: Names of the texts whose markup becomes elements, as ``markup`` has it.
        values: In order; None is an empty element, an element is the child of that name.
    """
    for key, value in values.items():
        if type(value) is str and ("<" in value or "&" in value) and key in unescaped:
            break
    else:
        return Record(name, values)
    children: list[Element] = []
    for key, value in values.items():
        if isinstance(value, Element):
            children.append(value)
        else:
            children.append(markup(key, value) if key in unescaped else element(key, value))
    return Element(name, None, children)


def named(name: str, pairs: Sequence[tuple[str, Value]]) -> Element:
    """Elements of one name in a row, each with a name as its attribute and a value as its text. ``name``: of the
    elements, without prefix. Returns what stands for them among the children of an element.
    """
    return Named(name, pairs)


def optional(name: str, value: Value) -> Element | None:
    """An element that is left out where there is no value: None and the empty text."""
    return None if value is None or value == "" else element(name, value)


def each(name: str, values: Iterable[Value]) -> list[Element]:
    """One element per value."""
    return [Element(name, text=text_of(value)) for value in values]


def markup(name: str, value: Value, /, **attributes: Value) -> Element:
    """An element whose text PHP does not escape, so that markup within it becomes elements.

    Args:
        name: Without prefix.
        value: What is stored; a text that is no XML is taken as plain text, where PHP has no answer at all.
        attributes: In order.
    """
    text = text_of(value)
    if ("<" not in text and "&" not in text) or text.count("<") > MOST_MARKS:
        return element(name, text, **attributes)
    try:
        parsed = ElementTree.fromstring(f'<{name} xmlns:oml="{NAMESPACE}">{speakable(text)}</{name}>')
    except ElementTree.ParseError:
        return element(name, text, **attributes)
    if _is_deeper(parsed, MOST_DEPTH):
        return element(name, text, **attributes)
    made = from_parsed(parsed, plain=False)
    made.attributes = {key: text_of(value) for key, value in attributes.items()} or None
    return made


def _is_deeper(parsed: ElementTree.Element, most: int) -> bool:
    level = [parsed]
    for _ in range(most):
        level = [child for one in level for child in one]
        if not level:
            return False
    return True


def from_parsed(parsed: ElementTree.Element, *, plain: bool | None = None) -> Element:
    """A parsed element of this kind of tree; what is in no namespace is plain."""
    space, _, name = parsed.tag.rpartition("}")
    pieces = [parsed.text or "", *(child.tail or "" for child in parsed)]
    return Element(
        name,
        {key.rpartition("}")[2]: value for key, value in parsed.attrib.items()} or None,
        [from_parsed(child) for child in parsed],
        "".join(pieces),
        plain=not space if plain is None else plain,
        pieces=pieces if len(pieces) > 1 else None,
    )


def to_json(root: Element) -> bytes:
    """The document as PHP's JSON (legacy notes, data 5.3). Returns ASCII, without white space."""
    return encoded({root.name: converted(root)})


def json_document(document: Any) -> bytes:
    """A document of one of PHP's own JSON templates: UTF-8, nothing escaped that needs not be."""
    return orjson.dumps(document)


def converted(node: Element) -> Converted:
    """An element as PHP's JSON shows it.

    Attributes come first, then children: those of the namespace before plain ones, each name where it occurred first,
    repeated ones as a list; then its text under ``value``. Without attributes and children it is its text, ``[]``
    where it has none.
    """
    if type(node) is Record:
        return _of_values(node.values) or []
    text = shown(node.text) if node.text else ""
    children = node.children
    if not children and not node.attributes:
        return text or []
    found: dict[str, Any] = {}
    if node.attributes:
        found = {key: one_line(value) for key, value in node.attributes.items()}
    if children:
        _convert(children, found)
    if not found:
        return text or []
    if text:
        found["value"] = text
    return found


def _of_values(values: Mapping[str, Inner]) -> dict[str, Any]:
    """The object of a record; there are as many values as in the longest list, so that all is spelled out."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        kind = type(value)
        if kind is str:
            found[name] = (shown(value) if "\r" in value else value.strip(TRIMMED)) or []  # type: ignore[arg-type, operator, union-attr]  # the type says it
        elif kind is int:
            found[name] = str(value)
        elif value is None:
            found[name] = []
        elif kind in INNER:
            group = _several(value)  # type: ignore[arg-type]  # the type says it
            if group:
                found[name] = group[0] if len(group) == 1 else group
        else:
            found[name] = shown(text_of(value)) or []  # type: ignore[arg-type]  # the type says it
    return found


def _several(value: Element | Sequence[str]) -> list[Any]:
    """What stands for one or more children of one name."""
    if not isinstance(value, Element):
        return [shown(text) or [] for text in value]
    if type(value) is Rows:
        return _of_rows(value)
    if type(value) is Named:
        return [_named(name, shown(text_of(text))) for name, text in value.pairs]
    return [converted(value)]


def _of_rows(node: Rows) -> list[dict[str, Any]]:
    """The objects of rows, as ``_of_values`` has them."""
    keys = node.keys
    found: list[dict[str, Any]] = [
        dict(
            zip(
                keys,
                [
                    (shown(value) if "\r" in value else value.strip(TRIMMED)) or []
                    if type(value) is str
                    else str(value)
                    if type(value) is int
                    else shown(text_of(value)) or []
                    for value in row
                ],
                strict=True,
            )
        )
        for row in node.rows
    ]
    return found if node.times == 1 else [one for one in found for _ in range(node.times)]


def _convert(children: Sequence[Element], found: dict[str, Any]) -> None:
    """Add children to an object: a name that occurs again has a list."""
    for child in children:
        if child.plain:
            children = sorted(children, key=lambda child: child.plain)
            break
    groups: dict[str, list[Any]] = {}
    for child in children:
        kind = type(child)
        made = _several(child) if kind is Rows or kind is Named else [converted(child)]
        name = child.name
        if name in groups:
            groups[name] += made
        else:
            groups[name] = made
    for name, group in groups.items():
        if group:
            found[name] = group[0] if len(group) == 1 else group


def _named(name: str, value: str) -> dict[str, str]:
    return {"name": one_line(name), "value": value} if value else {"name": one_line(name)}
