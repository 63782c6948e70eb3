"""The answers of PHP as trees of elements: built by an entity's ``legacy.py``, written as XML or as PHP's JSON.

PHP renders XML, and makes its JSON of that (legacy notes, data 5.3). Here one tree gives both::

    element("task_type", element("id", row.ttid), optional("name", row.name))
"""

import codecs
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from xml.etree import ElementTree

import orjson

from backend.legacy.escaping import escaped, every_escaped, one_line, shown, speakable
from backend.legacy.values import Value, text_of
from backend.php.text import TRIMMED

NAMESPACE = "http://openml.org/openml"

Converted: TypeAlias = str | dict[str, Any] | list[Any]

_ESCAPED = "json-escapes"
"""Name of how what is not ASCII is encoded."""
_CONTROLS = bytes(code for code in range(0x20) if chr(code) not in "\t\n\r")
_MARKUP = re.compile(r"[<&]")
MOST_DEPTH = 200
"""How deep stored markup may lie; PHP's library reads no more than 256 either."""
MOST_MARKS = 20_000
"""Signs of markup that a stored text may have; with more it is plain text."""
_NOTHING: tuple["Element", ...] = ()


class Element:
    """An element: there are thousands in a list, so that it is made by hand.

    Args:
        name: Without prefix.
        attributes: Names and texts, in order; None for none.
        children: In order.
        text: Its own text; of several pieces around children all together, which is what PHP's JSON has.
        plain: It is in no namespace, as markup within a stored text is.
    """

    __slots__ = ("attributes", "children", "name", "plain", "text")

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, str] | None = None,
        children: Sequence["Element"] = _NOTHING,
        text: str = "",
        *,
        plain: bool = False,
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.children = children
        self.text = text
        self.plain = plain


class Record(Element):
    """An element whose children are values by distinct names.

    Args:
        name: Without prefix.
        values: In order.
    """

    __slots__ = ("values",)

    def __init__(self, name: str, values: Mapping[str, Value]) -> None:
        super().__init__(name)
        self.values = values


class Named(Element):
    """Elements of one name in a row, each with a name as its attribute and a value as its text.

    Args:
        name: Of the elements, without prefix.
        pairs: Names and values.
    """

    __slots__ = ("pairs",)

    def __init__(self, name: str, pairs: Sequence[tuple[str, Value]]) -> None:
        super().__init__(name)
        self.pairs = pairs


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
    texts = {key: text_of(value) for key, value in attributes.items()} if attributes else None
    if len(content) == 1 and not isinstance(content[0], Element | Iterable):
        return Element(name, texts, text=text_of(content[0]))
    children: list[Element] = []
    text = ""
    for item in content:
        if item is None:
            continue
        if isinstance(item, Element):
            children.append(item)
        elif isinstance(item, str):
            text += item
        elif isinstance(item, Iterable):
            children.extend(child for child in item if child is not None)
        else:
            text += text_of(item)
    return Element(name, texts, children, text)


def record(name: str, /, **values: Value) -> Element:
    """An element whose children are values by distinct names: faster than one element each, for the rows of lists.

    Args:
        name: Without prefix.
        values: In order; None is an empty element.

    Returns:
        The element.
    """
    return Record(name, values)


def marked_record(name: str, unescaped: Sequence[str], values: Mapping[str, Value]) -> Element:
    """As ``record``, where PHP does not escape all texts.

    Args:
        name: Without prefix.
        unescaped: Names of the texts whose markup becomes elements, as ``markup`` has it.
        values: In order; None is an empty element.

    Returns:
        The element.
    """
    if not any(_MARKUP.search(text) for key in unescaped if isinstance(text := values.get(key), str)):
        return Record(name, values)
    children = [markup(key, v) if key in unescaped else element(key, v) for key, v in values.items()]
    return Element(name, None, children)


def named(name: str, pairs: Sequence[tuple[str, Value]]) -> Element:
    """Elements of one name in a row, each with a name as its attribute and a value as its text.

    Args:
        name: Of the elements, without prefix.
        pairs: Names and values.

    Returns:
        What stands for them among the children of an element.
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

    Returns:
        The element.
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
    return Element(
        name,
        {key.rpartition("}")[2]: value for key, value in parsed.attrib.items()} or None,
        [from_parsed(child) for child in parsed],
        (parsed.text or "") + "".join(child.tail or "" for child in parsed),
        plain=not space if plain is None else plain,
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
    text = "".join(pieces)
    body = text.encode("utf-8", "replace")
    # Looking for what hardly ever is there must not cost as much as all else.
    controls = len(body.translate(None, _CONTROLS)) != len(body)
    clean = not controls and "\ufffe" not in text and "\uffff" not in text
    return body if clean else speakable(text).encode("utf-8", "replace")


def to_json(root: Element) -> bytes:
    """The document as PHP's JSON (legacy notes, data 5.3).

    Args:
        root: Its root.

    Returns:
        ASCII, without white space.
    """
    return encoded({root.name: converted(root)})


def encoded(document: Any) -> bytes:
    """JSON as PHP's json_encode spells it: ASCII, with slashes escaped."""
    text = orjson.dumps(document).replace(b"/", b"\\/")  # none stands outside of a text
    return text if text.isascii() else text.decode().encode("ascii", _ESCAPED)


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Letters beyond ASCII as JSON's escapes, two for what is beyond 16 bit."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


codecs.register_error(_ESCAPED, _escape)


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
    text = shown(node.text)
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


def _of_values(values: Mapping[str, Value]) -> dict[str, Any]:
    """The object of a record; there are as many values as in the longest list, so that all is spelled out."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        kind = type(value)
        if kind is int:
            found[name] = str(value)
            continue
        if value is None:
            found[name] = []
            continue
        text = (value if kind is str else text_of(value)).strip(TRIMMED)  # type: ignore[union-attr]
        found[name] = (shown(text) if "\r" in text else text) or []
    return found


def _convert(children: Sequence[Element], found: dict[str, Any]) -> None:
    """Add children to an object: a name that occurs again has a list."""
    if any(child.plain for child in children):
        children = sorted(children, key=lambda child: child.plain)
    groups: dict[str, list[Any]] = {}
    last: Element | None = None
    for child in children:
        group = groups.setdefault(child.name, [])
        if child is last and type(child) is not Named:  # PHP's SQL repeats some rows
            group.append(group[-1])
            continue
        last = child
        if type(child) is Named:
            group.extend(_named(name, shown(text_of(value))) for name, value in child.pairs)
        else:
            group.append(converted(child))
    for name, group in groups.items():
        if group:
            found[name] = group[0] if len(group) == 1 else group


def _named(name: str, value: str) -> dict[str, str]:
    return {"name": one_line(name), "value": value} if value else {"name": one_line(name)}


def _write(node: Element, write: Callable[[str], object], declared: str = "") -> None:
    name = node.name if node.plain else f"oml:{node.name}"
    opened = f"<{name}{declared}"
    if type(node) is Record:
        write(_record_text(node, declared))
        return
    if type(node) is Named:
        names = every_escaped([one_line(key) for key, _ in node.pairs])
        texts = every_escaped([v if type(v) is str else text_of(v) for _, v in node.pairs])
        leaves = [f'<{name} name="{key}">{text}</{name}>\n' for key, text in zip(names, texts, strict=True)]
        write("".join(leaves))
        return
    if node.attributes:
        for key, value in node.attributes.items():
            opened += f' {key}="{escaped(one_line(value))}"'
    if not node.children:
        write(f"{opened}>{escaped(node.text)}</{name}>\n")
        return
    write(f"{opened}>{escaped(node.text)}\n")
    last, text = None, ""
    for child in node.children:
        if type(child) is not Record:
            _write(child, write)
            continue
        if child is not last:  # PHP's SQL repeats some rows
            last, text = child, _record_text(child)
        write(text)
    write(f"</{name}>\n")


def _record_text(node: Record, declared: str = "") -> str:
    values = node.values
    texts = [
        value if type(value) is str else "" if value is None else text_of(value) for value in values.values()
    ]
    return _record_form(node.name, tuple(values), declared) % tuple(every_escaped(texts))


@lru_cache(maxsize=256)
def _record_form(name: str, keys: tuple[str, ...], declared: str) -> str:
    """What is around the texts of records of one kind: there are thousands, and names are few."""
    leaves = "".join(f"<oml:{key}>%s</oml:{key}>\n" for key in keys)
    return f"<oml:{name}{declared}>\n{leaves}</oml:{name}>\n"
