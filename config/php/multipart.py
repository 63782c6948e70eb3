"""Headers of multipart forms, as PHP 7.4 reads them."""

import re
from collections.abc import Mapping

_BOUNDARY = re.compile(r'boundary[^=]*=(?:"([^"]+)"|([^",;][^,;]*))', re.IGNORECASE)
# A word of a header runs up to its mark, which counts nothing between quotes; a backslash keeps a quote from closing.
_QUOTES = r""""(?:\\"|[^"])*"?|'(?:\\'|[^'])*'?"""
_WORDS = re.compile(rf"(?:{_QUOTES}|[^;\"'])+")
_KEY = re.compile(r"\s*+([^=\"']*)=\s*(.*)", re.DOTALL)
_VALUE = re.compile(r""""((?:\\"|[^"])*)|'((?:\\'|[^'])*)|(\S*)""", re.DOTALL)


def boundary_of(content_type: str) -> bytes | None:
    """The boundary of a form's parts; None where the header names none."""
    found = _BOUNDARY.search(content_type)
    return (found[1] or found[2]).encode("latin-1", "replace") if found else None


def disposition(header: str) -> Mapping[str, str]:
    """Name and file name of a part by ``Content-Disposition``; the last of each counts."""
    found = {}
    for word in _WORDS.findall(header):
        if (pair := _KEY.match(word)) and (value := _VALUE.match(pair[2])):
            quote = pair[2][:1] if value.lastindex != 3 else ""
            escaped = rf"\\([\\{quote}])"
            found[pair[1].lower()] = re.sub(escaped, r"\1", value[value.lastindex or 0])
    return found
