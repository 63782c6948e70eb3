"""How PHP reads the parts of a request (legacy notes, data 1.2 and 1.3).

Texts hold bytes that are not UTF-8 as surrogate escapes, so that they can be encoded again as they were.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, Literal
from urllib.parse import quote

from config.php.encoded import unquoted

# What a raw path segment may hold; anything else is a 400 before the API is reached (legacy notes, data 1.2).
ALLOWED: Final = "~.:_-(),"
# Controller names: the first letter is upper-cased by the framework, `api_new` is the same code.
_API: Final = frozenset({"api", "Api", "api_new", "Api_new"})
# PHP's max_input_vars and max_file_uploads: further fields of a query or form, and further files, are not there for it.
MOST_FIELDS: Final = 1000
MOST_FILES: Final = 20
FORM_PAIR: Final = re.compile("[^&]+")
# PHP turns the array of `api_key[]=x` into this text when it compares it.
ARRAY: Final = "Array"


@dataclass(frozen=True, slots=True)
class Target:
    """A request target as PHP's framework sees it. ``segments``: the path's segments, not decoded. ``query``: the
    query string.
    """

    segments: tuple[str, ...]
    query: str


@dataclass(frozen=True, slots=True)
class ApiPath:
    """A path below ``/api/v1``. ``format``: the form of the answer; ``xml`` when the path names none. ``segments``:
    type and arguments.
    """

    format: Literal["json", "xml"]
    segments: tuple[str, ...]


@lru_cache(maxsize=4)  # who decides on a request reads its target more than once
def read_target(target: bytes) -> Target:
    """Split a request target.

    Empty segments and ``..`` vanish, an ``index.php`` prefix too; an empty path takes the query's place
    (``/?/api/v1/...``). ``target``: path and query, byte for byte. Returns segments and query.
    """
    path, _, query = target.decode("utf-8", "surrogateescape").partition("?")
    segments = _segments(path)
    if not segments and query.startswith("/"):
        path, _, query = query.partition("?")
        segments = _segments(path)
    return Target(segments, query)


def is_api(segments: tuple[str, ...]) -> bool:
    """Whether a path is one of the API's controller, in whatever version."""
    return segments[:1] != () and segments[0] in _API


def is_api_v1(segments: tuple[str, ...]) -> bool:
    """Whether a path is one of the API, in the version that there is."""
    return is_api(segments) and segments[1:2] == ("v1",)


def read_api_path(segments: tuple[str, ...]) -> ApiPath | None:
    """Take prefix and format off the segments. Returns format and the rest; None when the path is not that of an API
    request.
    """
    if len(segments) < 3 or not is_api_v1(segments):
        return None
    match segments[2]:
        case "json":
            return ApiPath("json", segments[3:])
        case "xml":
            return ApiPath("xml", segments[3:])
        case _:
            return ApiPath("xml", segments[2:])


def parse_form(text: str) -> Mapping[str, str]:
    """Read a query string or a form as PHP fills its arrays.

    The last of several values wins (recordings, gate: ``api_key=bad&api_key=GOOD`` is GOOD). Blanks and dots in names
    become underscores; an array is the text ``Array``. What comes behind the first thousand is not read. ``text``:
    pairs joined by ``&``. Returns the values by name, decoded.
    """
    fields: dict[str, str] = {}
    for pair in islice(form_pairs(text), MOST_FIELDS):
        raw_name, _, raw_value = pair.partition("=")
        name = decode(raw_name)
        if read := field_name(name):
            fields[read] = ARRAY if is_array(name) else decode(raw_value)
    return fields


def form_pairs(text: str) -> Iterator[str]:
    """The pairs of a query or form one by one, without empty ones."""
    return (pair[0] for pair in FORM_PAIR.finditer(text))


def field_name(name: str) -> str:
    """The name under which PHP knows a field of a query or form: no blanks before it, none and no dots in it.
    ``name``: as it was sent, decoded; that of an array ends at the bracket, and one that is not closed is no bracket.
    """
    base, bracket, rest = name.lstrip(" ").partition("[")
    known = base.replace(" ", "_").replace(".", "_")
    return f"{known}_{rest}" if bracket and base and "]" not in rest else known


def is_array(name: str) -> bool:
    """Whether PHP makes an array of a field. ``name``: as it was sent, decoded."""
    return "]" in name.partition("[")[2]


def decode(text: str) -> str:
    """PHP's urldecode: ``%xx`` and ``+``."""
    return unquoted(text.replace("+", " "))


def encode(text: str) -> str:
    """Percent-encode a text so that what a raw path segment may hold stays as it is."""
    return quote(text, safe=ALLOWED, errors="surrogateescape")


def printable(text: str) -> str:
    """A text without surrogate escapes, for reports and logs."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _segments(path: str) -> tuple[str, ...]:
    found = [segment for segment in path.split("/") if segment not in ("", "..")]
    return tuple(found[1:] if found[:1] == ["index.php"] else found)
