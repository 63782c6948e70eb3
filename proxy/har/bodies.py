"""Bodies in HAR files: texts of browsers and of mitmproxy as the bytes that were sent.

HAR has texts, the wire has bytes. What a program writes where they are not UTF-8 differs; the sizes beside a text
tell which bytes were meant.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

UNREADABLE = "with a text that is none"


class Unsaid(Exception):
    """An entry does not tell the bytes of a body; the message says why."""


def body_of(content: Mapping[str, Any], size: int | None) -> bytes:
    """The bytes of a ``content`` or ``postData``. ``content``: it, with a ``text``. ``size``: how many bytes there
    were, where something else tells. Raises Unsaid: the text holds half a surrogate pair.
    """
    text = str(content["text"])
    if content.get("encoding") == "base64":
        decoded = _base64(text)
        # Firefox says base64 of texts that are none (its bug 1762313); some of these happen to be base64.
        if decoded is not None and (size in (None, len(decoded)) or size not in map(len, _encoded(text, ""))):
            return decoded
    choices = list(_encoded(text, str(content.get("mimeType") or "")))
    if not choices:
        raise Unsaid(UNREADABLE)
    return next((body for body in choices if len(body) == size), choices[0])


def answered(response: Mapping[str, Any], method: str) -> bytes:
    """The body of an answer. ``response``: the ``response`` of an entry. Raises Unsaid: it was not saved."""
    content = response.get("content")
    content = content if isinstance(content, dict) else {}
    size, length = size_in(content.get("size")), length_of(response.get("headers"))
    if content.get("text"):
        return body_of(content, size)
    bodiless = method == "HEAD" or response.get("status") in (204, 304)
    # Without a text, an answer is empty only where something says so: -1 means that nobody knows.
    told = (size, length) if content.get("text") is None else (size, length, 0)
    if bodiless or (0 in told and not size and not length):
        return b""
    raise Unsaid("without their content")


def size_in(value: object) -> int | None:
    """A size; None for one that is not known."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def length_of(headers: object) -> int | None:
    """What ``Content-Length`` says."""
    for pair in headers if isinstance(headers, list) else ():
        if isinstance(pair, dict) and str(pair.get("name")).lower() == "content-length":
            value = str(pair.get("value"))
            return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    return None


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _encoded(text: str, media_type: str) -> Iterator[bytes]:
    """The bytes that a text may stand for, the likeliest first.

    Bytes that are no UTF-8 are surrogate escapes in what mitmproxy writes; the body of a request is ISO 8859-1 there.
    """
    charset = media_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    for encoding in ("utf-8", charset, "latin-1"):
        try:
            yield text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
        except (UnicodeEncodeError, LookupError, ValueError):
            continue
