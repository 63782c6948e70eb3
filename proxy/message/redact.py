"""Take secrets out of what is stored or shown: keys, cookies, credentials."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import quote

from config.php.encoded import unquoted
from config.php.multipart import disposition as read_disposition
from config.php.requests import MOST_FIELDS
from diffing.model import Headers
from proxy.message.forms import is_urlencoded

T = TypeVar("T")
Mark = Callable[[bytes], bytes]

# Fields of a query, a form, a document or a path that hold a secret.
_NAMES: Final = (
    "api_key",
    "apikey",
    "session_hash",
    "access_token",
    "auth_token",
    "token",
    "password",
    "passwd",
)
_ANY: Final = "|".join(_NAMES).encode()
_HEADERS: Final = re.compile(
    r"(?i)authorization|cookie|api[-_]?key|token|secret|password|session|parity-shadow"
)
# Separators and the equals sign also percent-encoded: an address may stand in a parameter of another one.
_NAME: Final = re.compile(
    rb"(?i)(?:^|[?&;]|%3f|%26|%3b)((?:[^=&?;#\s%\"'<>]|%(?!3d|26|3f|3b)[0-9a-f]{2}){1,64})(=|%3d)"
)
# Where a value ends: in a query, in an address that stands in a query, in a text that stands in a document.
_END: Final = re.compile(rb"[&#\s]")
_END_ENCODED: Final = re.compile(rb"(?i)[&#\s]|%26")
_END_QUOTED: Final = re.compile(rb"[&#\s\"'<>\\]")
_SEGMENT: Final = re.compile(rb"(?i)(/(?:" + _ANY + rb")/)([^/?#\s]+)")
# The head of a part may go on in the next line, behind a blank.
_DISPOSITION: Final = re.compile(rb"(?im)^[ \t]*content-disposition[ \t]*:([^\n]*+(?:\n[ \t][^\n]*+)*+)")
_PART_NAME: Final = re.compile(rb"""(?i)[;\s]name[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^;\s]*))""")
_LONGEST_HEAD: Final = 4096
# A field of a form or a query as PHP cuts it.
_FIELD: Final = re.compile(rb"(?:\A|(?<=&))([^=&]++)=([^&]*+)")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_PART_END: Final = re.compile(rb"\r?\n--")
_JSON: Final = re.compile(rb'(?i)("(?:\w+:)?(?:' + _ANY + rb')"\s*:\s*)"((?:[^"\\]|\\.)*)"')
_ELEMENT: Final = re.compile(rb"(?i)(<(?:\w+:)?(?:" + _ANY + rb")(?:\s[^<>]*)?>)([^<]+)")
_LIKELY: Final = re.compile(rb"(?i)%|api.?key|session|token|passw")
# Who sends more secrets than these wants to make work.
MOST_SECRETS: Final = 200
# A shorter text occurs by chance, and these say how credentials are written.
_SHORTEST: Final = 6
_UNDERSCORES: Final = str.maketrans(" .-", "___")
_SCHEMES: Final = frozenset({"bearer", "digest", "negotiate"})


class Redactor:
    """Replaces secrets by a short hash, so that one can still see which ones are equal. ``salt``: secret of this run;
    without it the hashes say nothing.
    """

    def __init__(self, salt: bytes | None = None) -> None:
        self._salt = salt if salt is not None else secrets.token_bytes(32)

    def mark(self, secret: bytes) -> bytes:
        """What is shown instead of a secret; an empty one stays empty."""
        if not secret:
            return b""
        return b"~" + hmac.digest(self._salt, secret, hashlib.sha256).hex()[:10].encode()

    def target(self, target: bytes) -> bytes:
        """A raw target whose secret parameters are replaced."""
        return _in_target(target, self.mark)

    def headers(self, headers: Headers) -> Headers:
        """Headers whose secret values are replaced, also in addresses such as Referer's."""
        return tuple(
            (
                name,
                self.mark(value.encode("latin-1", "replace")).decode()
                if _HEADERS.search(name)
                else _in_target(value.encode("latin-1", "replace"), self.mark).decode("latin-1"),
            )
            for name, value in headers
        )

    def body(self, body: bytes, headers: Headers = ()) -> bytes:
        """A form, multipart, JSON or XML body whose secret fields are replaced. ``headers``: of its message; they say
        whether it is a form, of which any text that PHP reads as a field is one.
        """
        return _in_body(body, self.mark, headers)

    def scrubbed(self, document: T, known: Iterable[str]) -> T:
        """A JSON document without texts that are known to be secret, wherever they stand: a side may repeat them.
        ``known``: the secrets (``secrets_of``). ``document``: dicts, lists, texts.
        """
        words = sorted({*known}, key=len, reverse=True)
        if not words:
            return document
        pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)

        def replaced(match: re.Match[str]) -> str:
            return self.mark(match[0].encode("utf-8", "replace")).decode()

        def walk(value: Any) -> Any:
            if isinstance(value, str):
                return pattern.sub(replaced, value)
            if isinstance(value, Mapping):
                return {walk(key): walk(item) for key, item in value.items()}
            return [walk(item) for item in value] if isinstance(value, list | tuple) else value

        found: T = walk(document)
        return found

    def without(self, text: bytes, known: Iterable[str]) -> bytes:
        """Bytes without texts that are known to be secret (``secrets_of``)."""
        words = sorted({word.encode() for word in known}, key=len, reverse=True)
        if not words:
            return text
        pattern = b"|".join(re.escape(word) for word in words)
        return re.sub(pattern, lambda match: self.mark(match[0]), text, flags=re.IGNORECASE)


def redacted_target(target: bytes, shown: str = "...") -> str:
    """A raw target as text, secret parameters replaced by a constant. ``target``: path and query. ``shown``: what
    stands for a secret.
    """
    mark = shown.encode()
    return _in_target(target, lambda secret: mark if secret else b"").decode("utf-8", "replace")


def secrets_of(target: bytes, headers: Headers, body: bytes = b"") -> frozenset[str]:
    """The secrets that a message holds, in all spellings in which a side could repeat them. ``target``: path and
    query; empty for an answer. ``headers``: its pairs.
    """
    found: set[bytes] = set()

    def noted(secret: bytes) -> bytes:
        found.add(secret)
        return b""

    _in_target(target, noted)
    _in_body(body[:1_048_576], noted, headers)
    for name, value in headers:
        if _HEADERS.search(name):
            # A scheme stands before credentials, a name before each cookie's value.
            found.update(part.encode("latin-1", "replace") for part in re.split(r"[\s;,=]+", value))
        else:
            _in_target(value.encode("latin-1", "replace"), noted)
    return frozenset(spelt for secret in found for spelt in _spellings(secret.decode("utf-8", "replace")))


def _spellings(secret: str) -> Iterator[str]:
    plain = unquoted(secret, "replace")
    for spelt in (secret, plain, _with_blanks(secret), quote(plain), quote(plain, safe="")):
        if len(spelt) >= _SHORTEST and spelt.lower() not in _SCHEMES:
            yield spelt


def _with_blanks(text: str) -> str:
    """A text of a form, where a plus is a blank."""
    return unquoted(text.replace("+", " "), "replace")


def _is_secret(name: bytes) -> bool:
    """As PHP reads names: decoded, up to NUL, without leading blanks and brackets, dots and blanks as underscores, and
    a bracket that does not close, too.
    """
    text = _with_blanks(name.decode("latin-1")).partition("\0")[0].lstrip(" ").lower()
    plain = text.translate(_UNDERSCORES)
    return plain.partition("[")[0] in _NAMES or ("]" not in plain and plain.replace("[", "_") in _NAMES)


def _in_target(target: bytes, mark: Mark) -> bytes:
    if b"=" in target or b"%3" in target:
        path, question, query = target.partition(b"?")
        form = _in_form(query, mark, lambda rest: _in_pairs(rest, mark, _END))
        target = _in_pairs(path, mark, _END) + question + form
    return _SEGMENT.sub(lambda match: match[1] + mark(match[2]), target)


def _in_body(body: bytes, mark: Mark, headers: Headers) -> bytes:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    if is_urlencoded(kind):
        return _in_form(body, mark, lambda rest: _in_text(rest, mark))
    return _in_text(body, mark)


def _in_form(form: bytes, mark: Mark, between: Callable[[bytes], bytes]) -> bytes:
    """The fields that PHP reads in a form or a query, and what stands between them."""
    if not _LIKELY.search(form):
        return form
    pieces: list[bytes] = []
    done = 0
    for match in islice(_FIELD.finditer(form), MOST_FIELDS):
        if _is_secret(match[1]):
            pieces += [between(form[done : match.start(2)]), mark(match[2])]
            done = match.end()
    return b"".join(pieces) + between(form[done:])


def _in_text(body: bytes, mark: Mark) -> bytes:
    body = _in_parts(body, mark)
    body = _JSON.sub(lambda match: match[1] + b'"' + mark(match[2]) + b'"', body)
    body = _ELEMENT.sub(lambda match: match[1] + mark(match[2]), body)
    return _in_pairs(body, mark, _END_QUOTED)


def _in_parts(body: bytes, mark: Mark) -> bytes:
    """The parts of a multipart form, each byte of which is looked at once."""
    pieces: list[bytes] = []
    done = 0
    for match in _DISPOSITION.finditer(body):
        if match.start() < done or not _is_of_secret(match[1]):
            continue
        blank = _BLANK_LINE.search(body, match.end())
        if blank is None:
            break
        found = _PART_END.search(body, blank.end() - 2)
        last = max(found.start() if found else len(body), blank.end())
        pieces += [body[done : blank.end()], mark(body[blank.end() : last])]
        done = last
    return b"".join(pieces) + body[done:] if pieces else body


def _is_of_secret(disposition: bytes) -> bool:
    """Whether a part holds a secret: by the name that PHP gives it, or by any that somebody else may. A head that is
    longer than any honest one is not read.
    """
    if len(disposition) > _LONGEST_HEAD:
        return True
    line = disposition.replace(b"\r\n", b"").replace(b"\n", b"").rstrip(b"\r").decode("latin-1")
    named = read_disposition(line).get("name", "").encode("latin-1")
    others = (found[1] or found[2] or found[3] or b"" for found in _PART_NAME.finditer(disposition))
    return _is_secret(named) or any(map(_is_secret, others))


def _in_pairs(text: bytes, mark: Mark, end: re.Pattern[bytes]) -> bytes:
    if not _LIKELY.search(text):
        return text
    parts: list[bytes] = []
    done = 0
    for match in _NAME.finditer(text):
        if match.end() < done or not _is_secret(match[1]):
            continue
        found = (_END_ENCODED if match[2] != b"=" and end is _END else end).search(text, match.end())
        last = found.start() if found else len(text)
        parts += [text[done : match.end()], mark(text[match.end() : last])]
        done = last
    return b"".join(parts) + text[done:] if parts else text
