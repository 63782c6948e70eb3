"""Form bodies: read fields, rename or add some, leaving all other bytes as they are."""

import re
from collections.abc import Collection, Mapping

from proxy.php import encode, parse_form

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_NAME = re.compile(rb'(?im)(^content-disposition:[^\r\n]*?[;\s]name=")([^"]*)(")')
_FILE = re.compile(rb'(?im)^content-disposition:[^\r\n]*[;\s]filename\*?=(?:"([^"]*)")?')


def read_fields(content_type: str, body: bytes) -> Mapping[str, str]:
    """Read the fields of a form, without its files.

    Args:
        content_type: The header's value.
        body: The body.

    Returns:
        The values by name, the last of each (PHP); nothing when the body is no form.
    """
    if _is(URLENCODED, content_type):
        return parse_form(body.decode("utf-8", "surrogateescape"))
    fields: dict[str, str] = {}
    for headers, content in _parts(content_type, body):
        name = _NAME.search(headers)
        if name and not _FILE.search(headers):
            fields[name[2].decode("utf-8", "surrogateescape")] = content.decode("utf-8", "surrogateescape")
    return fields


def read_files(content_type: str, body: bytes) -> Mapping[str, str]:
    """Read how the files of a form are called.

    Args:
        content_type: The header's value.
        body: The body.

    Returns:
        The file names by field, the last of each (PHP); nothing when the body is no multipart form.
    """
    files: dict[str, str] = {}
    for headers, _ in _parts(content_type, body):
        name, file = _NAME.search(headers), _FILE.search(headers)
        if name and file:
            files[name[2].decode("utf-8", "surrogateescape")] = (file[1] or b"").decode(
                "utf-8", "surrogateescape"
            )
    return files


def read_beginnings(content_type: str, body: bytes, names: Collection[str], limit: int) -> Mapping[str, str]:
    """Read how the texts of some files of a form begin.

    Args:
        content_type: The header's value.
        body: The body.
        names: Fields of the files.
        limit: Most bytes of each.

    Returns:
        The texts by field, the last of each (PHP); nothing when the body is no multipart form.
    """
    texts: dict[str, str] = {}
    for headers, content in _parts(content_type, body):
        name = _NAME.search(headers)
        if name and _FILE.search(headers):
            field = name[2].decode("utf-8", "surrogateescape")
            if field in names:
                texts[field] = content[:limit].decode("utf-8", "replace")
    return texts


def read_contents(content_type: str, body: bytes) -> list[bytes]:
    """Read the contents of a form's parts: its files, and fields that may become files.

    Args:
        content_type: The header's value.
        body: The body.

    Returns:
        The contents in order; nothing when the body is no multipart form.
    """
    return [content for _, content in _parts(content_type, body)]


def rewrite(content_type: str, body: bytes, names: Mapping[str, str], added: Mapping[str, str]) -> bytes:
    """Rename fields of a form and add others.

    Args:
        content_type: The header's value.
        body: The body; anything but a form stays as it is.
        names: New names by old ones.
        added: Values of further fields by name.

    Returns:
        The new body.
    """
    if _is(URLENCODED, content_type):
        pairs = [pair.partition("=") for pair in body.decode("utf-8", "surrogateescape").split("&") if pair]
        renamed = [names.get(name, name) + equals + value for name, equals, value in pairs]
        renamed += [f"{encode(name)}={encode(value)}" for name, value in added.items()]
        return "&".join(renamed).encode("utf-8", "surrogateescape")
    boundary = _boundary(content_type)
    if boundary is None:
        return body
    old = {name.encode(): new.encode() for name, new in names.items()}
    parts = [
        (_NAME.sub(lambda match: match[1] + old.get(match[2], match[2]) + match[3], headers), content)
        for headers, content in _parts(content_type, body)
    ]
    parts += [
        (f'Content-Disposition: form-data; name="{name}"'.encode(), value.encode("utf-8", "surrogateescape"))
        for name, value in added.items()
    ]
    lines = [
        b"--" + boundary + b"\r\n" + headers + b"\r\n\r\n" + content + b"\r\n" for headers, content in parts
    ]
    return b"".join(lines) + b"--" + boundary + b"--\r\n"


def write_fields(fields: Mapping[str, str]) -> bytes:
    """A URL-encoded form.

    Args:
        fields: Values by name.

    Returns:
        The body.
    """
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in fields.items()).encode()


def _is(media_type: str, content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == media_type


def _boundary(content_type: str) -> bytes | None:
    match = _BOUNDARY.search(content_type) if _is(MULTIPART, content_type) else None
    return (match[1] or match[2]).encode() if match else None


def _parts(content_type: str, body: bytes) -> list[tuple[bytes, bytes]]:
    boundary = _boundary(content_type)
    if boundary is None:
        return []
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary)
    parts = []
    for section in sections[1:]:
        if section.startswith(b"--"):
            break
        headers, blank, content = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if blank:
            parts.append((headers, content))
    return parts
