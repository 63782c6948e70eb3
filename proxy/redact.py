"""Take secrets out of what is stored or shown: keys, cookies, credentials (design, promise 4)."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable

from diffing.model import Headers

_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "parity-shadow",
        "x-api-key",
        "api-key",
        "api_key",
    }
)
# Names of query and form fields that hold a secret; percent-encoded spellings of them count too.
_NAME = rb"(?:a|%61|%41)(?:p|%70|%50)(?:i|%69|%49)(?:_|%5[fF])(?:k|%6[bB]|%4[bB])(?:e|%65|%45)(?:y|%79|%59)"
_PAIR = re.compile(
    rb"(?i)((?:^|[?&])(?:" + _NAME + rb"|session_hash|password|token)(?:\[[^&=]*\])?=)([^&#\s]*)"
)
_PART = re.compile(
    rb'(?is)(content-disposition:[^\r\n]*\bname="?(?:api_key|session_hash|password|token)"?'
    rb"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)(.*?)(?=\r?\n--|\Z)"
)
_JSON = re.compile(rb'(?i)("(?:api_key|session_hash|password|token)"\s*:\s*)"((?:[^"\\]|\\.)*)"')


class Redactor:
    """Replaces secrets by a short hash, so that one can still see which ones are equal.

    Args:
        salt: Secret of this run; without it the hashes say nothing.
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
        return _PAIR.sub(lambda match: match[1] + self.mark(match[2]), target)

    def headers(self, headers: Headers) -> Headers:
        """Headers whose secret values are replaced."""
        return tuple(
            (name, self.mark(value.encode("latin-1", "replace")).decode())
            if name.lower() in _HEADERS
            else (name, value)
            for name, value in headers
        )

    def body(self, body: bytes) -> bytes:
        """A form, multipart or JSON body whose secret fields are replaced."""
        return _in_body(body, self.mark)


def redacted_target(target: bytes, shown: str = "...") -> str:
    """A raw target as text, secret parameters replaced by a constant.

    Args:
        target: Path and query.
        shown: What stands for a secret.
    """
    mark = shown.encode()
    return _PAIR.sub(lambda match: match[1] + mark if match[2] else match[0], target).decode(
        "utf-8", "replace"
    )


def redacted_body(body: bytes, shown: str = "...") -> bytes:
    """A form, multipart or JSON body, secret fields replaced by a constant."""
    mark = shown.encode()
    return _in_body(body, lambda secret: mark if secret else b"")


def _in_body(body: bytes, mark: Callable[[bytes], bytes]) -> bytes:
    body = _PART.sub(lambda match: match[1] + mark(match[2]), body)
    body = _JSON.sub(lambda match: match[1] + b'"' + mark(match[2]) + b'"', body)
    return _PAIR.sub(lambda match: match[1] + mark(match[2]), body)
