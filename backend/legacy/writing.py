"""Trees of elements as XML."""

from collections.abc import Callable
from functools import lru_cache

from backend.legacy.escaping import escaped, every_escaped, one_line, speakable
from backend.legacy.tree import INNER, NAMESPACE, Element, Named, Record, Rows
from backend.legacy.values import text_of

_CONTROLS = bytes(code for code in range(0x20) if chr(code) not in "\t\n\r")


def to_xml(root: Element) -> bytes:
    """The document as XML. Returns UTF-8, without declaration, as PHP's templates are. Characters that XML cannot hold
    are replaced.
    """
    pieces: list[str] = []
    _write(root, pieces.append, f' xmlns:oml="{NAMESPACE}"')
    text = "".join(pieces)
    body = text.encode("utf-8", "replace")
    # Looking for what hardly ever is there must not cost as much as all else.
    controls = len(body.translate(None, _CONTROLS)) != len(body)
    clean = not controls and "\ufffe" not in text and "\uffff" not in text
    return body if clean else speakable(text).encode("utf-8", "replace")


def _write(node: Element, write: Callable[[str], object], declared: str = "") -> None:
    kind = type(node)
    if kind is not Element:
        write(_text(node, declared))
        return
    name, opened = _opened(node, declared)
    if not node.children:
        write(f"{opened}{escaped(node.text)}</{name}>\n")
        return
    if node.pieces is not None:
        write(f"{_in_line(node, declared)}\n")
        return
    write(f"{opened}{escaped(node.text)}\n")
    for child in node.children:
        _write(child, write)
    write(f"</{name}>\n")


def _opened(node: Element, declared: str) -> tuple[str, str]:
    """The whole name of an element, and what it begins with."""
    name = node.name if node.plain else f"oml:{node.name}"
    opened = f"<{name}{declared}"
    if node.attributes:
        for key, value in node.attributes.items():
            opened += f' {key}="{escaped(one_line(value))}"'
    return name, f"{opened}>"


def _in_line(node: Element, declared: str = "") -> str:
    """An element within a text, where a line end more would be another text."""
    name, opened = _opened(node, declared)
    texts = node.pieces or (node.text, *[""] * len(node.children))
    inner = [escaped(texts[0])]
    for child, text in zip(node.children, texts[1:], strict=True):
        inner += (_in_line(child), escaped(text))
    return f"{opened}{''.join(inner)}</{name}>"


def _text(node: Element, declared: str = "") -> str:
    if isinstance(node, Record):
        return _record_text(node, declared)
    if isinstance(node, Rows):
        return _rows_text(node)
    if isinstance(node, Named):
        return _named_text(node)
    pieces: list[str] = []
    _write(node, pieces.append, declared)
    return "".join(pieces)


def _record_text(node: Record, declared: str) -> str:
    values = node.values
    texts: list[str] = []
    inner: dict[int, str] = {}
    for name, value in values.items():
        kind = type(value)
        if kind is str:
            texts.append(value)  # type: ignore[arg-type]  # the type says it
        elif kind is int:
            texts.append(str(value))
        elif kind in INNER:
            inner[len(texts)] = (
                _text(value)
                if isinstance(value, Element)
                else "".join([f"<oml:{name}>{escaped(text)}</oml:{name}>\n" for text in value])  # type: ignore[union-attr]  # the type says it
            )
            texts.append("")
        else:
            texts.append(text_of(value))  # type: ignore[arg-type]  # the type says it
    texts = every_escaped(texts)
    for at, text in inner.items():
        texts[at] = text
    return _form(node.name, tuple(values), declared, tuple(inner)) % tuple(texts)


def _rows_text(node: Rows) -> str:
    form = _form(node.name, node.keys)
    texts = every_escaped(
        [
            value if type(value) is str else str(value) if type(value) is int else text_of(value)
            for row in node.rows
            for value in row
        ]
    )
    if node.times == 1:
        return form * len(node.rows) % tuple(texts)
    width = len(node.keys)
    starts = range(0, len(texts), width)
    return "".join([form % tuple(texts[at : at + width]) * node.times for at in starts])


def _named_text(node: Named) -> str:
    names = every_escaped([one_line(key) for key, _ in node.pairs])
    texts = every_escaped([v if type(v) is str else text_of(v) for _, v in node.pairs])
    leaves = [
        f'<oml:{node.name} name="{key}">{text}</oml:{node.name}>\n'
        for key, text in zip(names, texts, strict=True)
    ]
    return "".join(leaves)


@lru_cache(maxsize=256)
def _form(name: str, keys: tuple[str, ...], declared: str = "", bare: tuple[int, ...] = ()) -> str:
    """What is around the texts of records of one kind: there are thousands, and names are few. ``bare``: which values
    are whole elements.
    """
    leaves = "".join("%s" if at in bare else f"<oml:{key}>%s</oml:{key}>\n" for at, key in enumerate(keys))
    return f"<oml:{name}{declared}>\n{leaves}</oml:{name}>\n"
