"""Form bodies: read fields, rename or add some, leaving all other bytes as they are."""

import re
from collections.abc import Collection, Mapping
from itertools import islice

from config.php.multipart import boundary_of, disposition
from config.php.requests import (
    ARRAY,
    FORM_PAIR,
    MOST_FIELDS,
    MOST_FILES,
    decode,
    encode,
    field_name,
    form_pairs,
    is_array,
    parse_form,
)

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

# PHP takes single quotes, too, and none; it does not know filename*.
_NAME = re.compile(
    rb"""(?im)(^content-disposition:[^\r\n]*?[;\s]name=["']?)"""
    rb"""((?<=")[^"\r\n]*|(?<=')[^'\r\n]*|(?<==)[^\s;"']+)"""
)
_DISPOSITION = re.compile(rb"(?im)^content-disposition:((?:[^\r\n]|\r?\n[ \t])*)")
_BLANK = re.compile(rb"\r?\n\r?\n")


def read_fields(content_type: str, body: bytes) -> Mapping[str, str]:
    """Read the fields of a form, without its files. ``content_type``: the header's value. Returns the values by name,
    the last of each (PHP); nothing when the body is no form.
    """
    if _is(URLENCODED, content_type):
        return parse_form(_text(body))
    parts = ((*_names(headers), content) for headers, content in _parts(content_type, body))
    found = ((name, content) for name, file, content in parts if name is not None and file is None)
    return {
        field_name(sent): ARRAY if is_array(sent) else _text(content)
        for sent, content in islice(found, MOST_FIELDS)
    }


def odd_names(content_type: str, body: bytes) -> Mapping[str, str]:
    """The fields of a form that PHP knows by another name than they were sent with. ``content_type``: the header's
    value. Returns PHP's names by those in the body; without those of arrays, which are no text for PHP.
    """
    if _is(URLENCODED, content_type):
        pairs = islice(form_pairs(_text(body)), MOST_FIELDS)
        sent = {raw: decode(raw) for raw in (pair.partition("=")[0] for pair in pairs)}
    else:
        found = (_names(headers)[0] for headers, _ in _parts(content_type, body))
        names = [name for name in found if name is not None]
        sent = dict(zip(names, names, strict=True))
    known = {raw: field_name(name) for raw, name in sent.items() if not is_array(name)}
    return {raw: name for raw, name in known.items() if name and name != sent[raw]}


def read_files(content_type: str, body: bytes) -> Mapping[str, str]:
    """Read how the files of a form are called. ``content_type``: the header's value. Returns the file names by field,
    the last of each (PHP); nothing when the body is no multipart form.
    """
    files: dict[str, str] = {}
    for headers, _ in _parts(content_type, body):
        name, file = _names(headers)
        if name is not None and file is not None:
            files[name] = file
    return files


def count_parts(content_type: str, body: bytes) -> tuple[int, int]:
    """How many fields and files a form has. ``content_type``: the header's value. Returns both numbers; 0 when the
    body is no form. Of parts no more are counted than show that there are too many.
    """
    if _is(URLENCODED, content_type):
        return sum(1 for _ in islice(form_pairs(_text(body)), MOST_FIELDS + 1)), 0
    files = [_names(headers)[1] is not None for headers, _ in _parts(content_type, body)]
    return len(files) - sum(files), sum(files)


def read_beginnings(content_type: str, body: bytes, names: Collection[str], limit: int) -> Mapping[str, str]:
    """Read how the texts of some files of a form begin. Returns the texts by field, the last of each (PHP); nothing
    when the body is no multipart form.

    Args:
        content_type: The header's value.
        names: Fields of the files.
        limit: Most bytes of each.
    """
    texts: dict[str, str] = {}
    for headers, content in _parts(content_type, body):
        name, file = _names(headers)
        if name is not None and name in names and file is not None:
            texts[name] = content[:limit].decode("utf-8", "replace")
    return texts


def read_contents(content_type: str, body: bytes) -> list[bytes]:
    """Read the contents of a form's parts: its files, and fields that may become files. ``content_type``: the header's
    value. Returns the contents in order; nothing when the body is no multipart form.
    """
    return [content for _, content in _parts(content_type, body)]


def rewrite(
    content_type: str,
    body: bytes,
    names: Mapping[str, str],
    added: Mapping[str, str],
    dropped: Collection[str] = (),
) -> bytes:
    """Rename fields of a form, leave some out and add others. Returns the new body.

    Args:
        content_type: The header's value.
        body: The body; anything but a form stays as it is.
        names: New names by old ones.
        added: Values of further fields by name.
        dropped: Names of fields that go.
    """
    if _is(URLENCODED, content_type):
        read = list(islice(FORM_PAIR.finditer(text := _text(body)), MOST_FIELDS))
        pairs = [pair[0].partition("=") for pair in read]
        renamed = [
            (encode(names[name]) if name in names else name) + equals + value
            for name, equals, value in pairs
            if decode(name) not in dropped
        ]
        # Nobody reads what comes behind: it goes on as it came.
        if behind := text[read[-1].end() :].strip("&") if read else "":
            renamed.append(behind)
        renamed += [f"{encode(name)}={encode(value)}" for name, value in added.items()]
        return _bytes("&".join(renamed))
    boundary = _boundary(content_type)
    if boundary is None:
        return body
    old = {_bytes(name): _bytes(new) for name, new in names.items()}
    parts = [
        (_NAME.sub(lambda match: match[1] + old.get(match[2], match[2]), headers), content)
        for headers, content in _parts(content_type, body)
        if _names(headers)[0] not in dropped
    ]
    parts += [
        (f'Content-Disposition: form-data; name="{name}"'.encode(), _bytes(value))
        for name, value in added.items()
    ]
    lines = [
        b"--" + boundary + b"\r\n" + headers + b"\r\n\r\n" + content + b"\r\n" for headers, content in parts
    ]
    return b"".join(lines) + b"--" + boundary + b"--\r\n"


def is_urlencoded(content_type: str) -> bool:
    """Whether a body is a form of pairs joined by ``&``."""
    return _is(URLENCODED, content_type)


def write_fields(fields: Mapping[str, str]) -> bytes:
    """A URL-encoded form. Returns the body."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in fields.items()).encode()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is(media_type: str, content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == media_type


def _boundary(content_type: str) -> bytes | None:
    return boundary_of(content_type) if _is(MULTIPART, content_type) else None


def _names(headers: bytes) -> tuple[str | None, str | None]:
    """Name and file name of a part."""
    found = _DISPOSITION.search(headers)
    names = disposition(_text(found[1])) if found else {}
    return names.get("name"), names.get("filename")


def _parts(content_type: str, body: bytes) -> list[tuple[bytes, bytes]]:
    boundary = _boundary(content_type)
    if boundary is None:
        return []
    # Lines may end in LF alone. One part more than a form may have shows that there are too many.
    most = MOST_FIELDS + MOST_FILES + 2
    cut = rb"\r?\n--" + re.escape(boundary) + rb"(?=--|\r?\n)"
    sections = re.split(cut, b"\n" + body, maxsplit=most)[:most]
    parts = []
    for section in sections[1:]:
        if section.startswith(b"--"):
            break
        headers, *content = _BLANK.split(section.lstrip(b"\r\n"), maxsplit=1)
        if content:
            parts.append((headers, content[0]))
    return parts
