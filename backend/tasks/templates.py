"""The API templates of task types: XML with placeholders, filled in for one task (legacy notes, task 1.3).

The templates are rows of the database, so they are expanded as the notes say, step by step, and what a template
makes is not guessed from its task type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from xml.etree import ElementTree

from backend.database.stored_numbers import integer_or_text
from backend.legacy.tree import Element, from_parsed
from config.php.text import TRIMMED, trimmed_or_empty

NAMESPACE = "http://openml.org/openml"

Payload: TypeAlias = str | int | dict[str, "Payload"] | list["Payload"] | None
"""What an element becomes: text, a typed value, an object; ``[]`` when it is empty."""

_PLACEHOLDERS = ("[LOOKUP:", "[INPUT:")

# Characters that XML cannot hold, moved out of the way into the private use area, which latin1 columns lack.
_UNSPEAKABLE = {code: chr(0xE000 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}
_SPOKEN = {ord(private): chr(code) for code, private in _UNSPEAKABLE.items()}

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"} | _UNSPEAKABLE)

MOST_TEXT = 4_000_000
"""Characters of a filled in template: values may hold placeholders, which are filled in, and theirs again."""

_REPEATED = frozenset({"parameter", "feature"})
"""Elements that a template can repeat: always lists (new-API contract, decision 3)."""

_INTEGERS = frozenset(
    {
        ("data_set", "data_set_id"),
        ("data_set", "labeled_data_set_id"),
        ("estimation_procedure", "id"),
        ("input", "batch_size"),
        ("input", "time_limit"),
    }
)
"""Elements, by the one around them, whose text is an integer (new-API contract, section C)."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template of a task type.

    Args:
        name: Of the input or output.
        io: ``input`` or ``output``.
        text: XML with placeholders.
    """

    name: str
    io: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A filled in template. ``io``: ``input`` or ``output``. ``element``: its XML."""

    io: str
    element: ElementTree.Element

    @property
    def document(self) -> dict[str, Payload]:
        """Its object in the new API: ``name`` and what the template holds."""
        document = _converted(self.element, "")
        return document if isinstance(document, dict) else {}

    @property
    def tree(self) -> Element:
        """Its element in PHP's document."""
        return _heard(from_parsed(self.element))


def templates(rows: Iterable[tuple[str, str, int, str | None]]) -> tuple[Template, ...]:
    """The templates of a task type in the order in which they are shown.

    ``rows``: name, io, order and template, in the order of the key. Returns one template a name: the last one, at the
    place of the first; ``io`` is that of the name's first row.
    """
    declared = list(rows)
    io: dict[str, str] = {}
    for name, kind, _, _ in declared:
        io.setdefault(name, kind)
    # Two of one order come as PHP's server gives them: the last name first (recordings, task/160).
    ordered = sorted((row for row in reversed(declared) if row[3] is not None), key=lambda row: row[2])
    texts = {name: text or "" for name, _, _, text in ordered}
    return tuple(Template(name, io[name], text) for name, text in texts.items())


def looked_up_tables(used: Iterable[Template]) -> tuple[str, ...]:
    """The tables that templates look values up in. Returns names in order of first use. The key into each is the
    task's input of the same name.
    """
    names = (name for template in used for _, name in _placeholders(template.text))
    return tuple(dict.fromkeys(name.partition(".")[0] for name in names if "." in name))


def expanded(
    used: Iterable[Template], values: Mapping[str, object], task_id: str, base_url: str
) -> tuple[Piece, ...]:
    """Fill the templates in and read the XML that comes of it.

    Args:
        values: Of the task's inputs by name, and of looked up columns by ``table.column``.
        task_id: Of the task, as PHP shows it.
        base_url: Of the server, with a slash at its end.
    """
    chosen = tuple(used)
    replacements = [
        (placeholder, _escaped(values.get(name)))
        for template in chosen
        for placeholder, name in _placeholders(template.text)
    ]
    replacements += [("[TASK:id]", task_id), ("[CONSTANT:base_url]", _escaped(base_url))]
    found = []
    for template in chosen:
        text = template.text
        for placeholder, value in replacements:
            if placeholder in text and len(text) + text.count(placeholder) * len(value) <= MOST_TEXT:
                text = text.replace(placeholder, value)
        element = ElementTree.fromstring(
            f'<oml:{template.io} xmlns:oml="{NAMESPACE}" name="{_escaped(template.name)}">{text}</oml:{template.io}>'
        )
        found.append(Piece(template.io, element))
    return tuple(found)


@lru_cache(maxsize=256)
def _placeholders(text: str) -> tuple[tuple[str, str], ...]:
    """Placeholders and their names. In a line one of a kind goes to the last bracket, as by PHP's greedy patterns."""
    found = []
    for begin in _PLACEHOLDERS:
        for line in text.split("\n"):
            start, end = line.find(begin), line.rfind("]")
            name = start + len(begin)
            if start >= 0 and name <= end:
                found.append((line[start : end + 1], line[name:end]))
    return tuple(found)


def _escaped(value: object) -> str:
    return "" if value is None else str(value).translate(_ESCAPES)


def _converted(element: ElementTree.Element, around: str) -> Payload:
    """An element as PHP's conversion to JSON shows it (legacy notes, data 5.3), its values typed."""
    name = _local(element.tag)
    document: dict[str, Payload] = {}
    for key, value in element.items():
        document[_local(key)] = _spoken(value)
    told = element.text or ""
    children: dict[str, list[Payload]] = {}
    for child in element:
        children.setdefault(_local(child.tag), []).append(_converted(child, name))
        told += child.tail or ""
    for key, made in children.items():
        document[key] = made if len(made) > 1 or key in _REPEATED else made[0]
    text = _spoken(told)
    if not document and text:
        return integer_or_text(text) if (around, name) in _INTEGERS else text
    if name == "parameter" and document:
        document["value"] = integer_or_text(text) if text else None
    elif text:
        document["value"] = text
    return document or []


def _heard(tree: Element) -> Element:
    """The same tree, with the characters that XML cannot hold where they were."""
    tree.text = tree.text.translate(_SPOKEN)
    tree.pieces = tree.pieces and [piece.translate(_SPOKEN) for piece in tree.pieces]
    for child in tree.children:
        _heard(child)
    return tree


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _spoken(text: str) -> str:
    text = trimmed_or_empty(text)
    # What is moved out of the way is beyond ASCII.
    return text if text.isascii() else text.translate(_SPOKEN).strip(TRIMMED)
