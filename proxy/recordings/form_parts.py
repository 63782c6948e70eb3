"""Multipart forms of request lines: ``-F NAME=CONTENT``, as curl knows it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from diffing.model import Headers

_OPTION: Final = re.compile(r';(filename|type)=(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
# One that does not end is taken to the end of the text, so that nobody looks at the text twice.
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)\\?("|\Z)', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_HEAD: Final = re.compile(
    r'Content-Disposition: form-data; name="([^"]*)"(?:; filename="([^"]*)")?(?:\r\nContent-Type: ([^\r]*))?'
)
# As browsers write what would end a name (HTML, "multipart form data").
_NAMES: Final = (('"', "%22"), ("\r", "%0D"), ("\n", "%0A"))


class PartError(ValueError):
    """A part of a form cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class FormPart:
    """One field or file of a form.

    Args:
        content: What it holds.
        filename: Of a file; None for a field.
        kind: Media type; None for none.
    """

    name: str
    content: bytes
    filename: str | None = None
    kind: str | None = None


def read_part(word: str, folder: Path) -> FormPart:
    r"""Read the value of one ``-F``. Raises PartError: it is none of these, or the file cannot be read.

    Args:
        word: ``NAME=CONTENT``, behind it ``;filename=NAME`` and ``;type=TYPE``. The content is text, ``@FILE`` (a
            file) or ``<FILE`` (its text as a field). Text between double quotes is taken as it is, but for ``\"`` and
            ``\\``.
        folder: Where files are looked for.
    """
    name, equals, rest = word.partition("=")
    if not name or not equals:
        raise PartError("-F wants NAME=CONTENT")
    mark = rest[:1] if rest[:1] in ("@", "<") else ""
    content, rest = _text(rest[len(mark) :])
    options: dict[str, str] = {}
    while rest:
        found = _OPTION.match(rest)
        if found is None:
            raise PartError(f"behind the content of -F {name} only ;filename=NAME and ;type=TYPE can stand")
        options[found[1]] = _plain(found[2]) if found[2] is not None else found[3]
        rest = rest[found.end() :]
    if not mark:
        return FormPart(name, content.encode(), options.get("filename"), options.get("type"))
    try:
        data = (folder / content).read_bytes()
    except OSError as error:
        raise PartError(f"{content} cannot be read: {error.strerror}") from error
    filename = options.get("filename", Path(content).name if mark == "@" else None)
    return FormPart(name, data, filename, options.get("type"))


def written(part: FormPart) -> str:
    """A part as the value of ``-F`` that ``read_part`` reads. ``part``: a part whose content is UTF-8."""
    word = f"{part.name}={_quoted(part.content.decode())}"
    if part.filename is not None:
        word += f";filename={_quoted(part.filename)}"
    return word if part.kind is None else f"{word};type={_quoted(part.kind)}"


def form_of(parts: Sequence[FormPart]) -> tuple[tuple[str, str], bytes]:
    """The header and the body of a form; equal parts give equal bytes. ``parts``: its fields and files."""
    digest = hashlib.sha256(repr(tuple(parts)).encode()).hexdigest()
    boundary = f"parity-{digest[:32]}"
    body = b"".join(
        f"--{boundary}\r\n{_head(part)}\r\n\r\n".encode() + part.content + b"\r\n" for part in parts
    )
    return (
        "Content-Type",
        f"multipart/form-data; boundary={boundary}",
    ), body + f"--{boundary}--\r\n".encode()


def parts_of(headers: Headers, body: bytes) -> list[FormPart] | None:
    """The parts of a form that ``form_of`` made; None for any other body."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    begin, _, boundary = kind.partition("; boundary=")
    if begin != "multipart/form-data" or not boundary:
        return None
    found: list[FormPart] = []
    for piece in body.split(f"--{boundary}\r\n".encode())[1:]:
        head, _, content = piece.removesuffix(f"--{boundary}--\r\n".encode()).partition(b"\r\n\r\n")
        match = _HEAD.fullmatch(head.decode("utf-8", "replace"))
        if match is None:
            return None
        named = None if match[2] is None else _unwritten(match[2])
        found.append(FormPart(_unwritten(match[1]), content.removesuffix(b"\r\n"), named, match[3]))
    return found if form_of(found)[1] == body else None


def _text(rest: str) -> tuple[str, str]:
    quoted = _QUOTED.match(rest)
    if quoted is not None and quoted[2]:
        return _plain(quoted[1]), rest[quoted.end() :]
    content, semicolon, options = rest.partition(";")
    return content, semicolon + options


def _plain(quoted: str) -> str:
    return _ESCAPED.sub(r"\1", quoted)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _head(part: FormPart) -> str:
    head = f'Content-Disposition: form-data; name="{_written(part.name)}"'
    if part.filename is not None:
        head += f'; filename="{_written(part.filename)}"'
    return head if part.kind is None else f"{head}\r\nContent-Type: {part.kind}"


def _written(name: str) -> str:
    for character, escape in _NAMES:
        name = name.replace(character, escape)
    return name


def _unwritten(name: str) -> str:
    for character, escape in _NAMES:
        name = name.replace(escape, character)
    return name
