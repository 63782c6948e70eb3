"""A request as a line that can be pasted into a shell."""

import shlex
from collections.abc import Sequence
from typing import Final

from config import text
from proxy.exchange.masked import named_headers, pieces
from proxy.message.redact import Redactor
from proxy.message.translation import Request

# What curl sets itself, and what the proxy told the sides of the client: neither changes an answer.
_LEFT_OUT: Final = frozenset(
    {
        "host",
        "content-length",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-request-id",
        "parity-hop",
        "traceparent",
        "tracestate",
    }
)
_LONGEST: Final = 2000
BASE_OF_LEGACY: Final = "$LEGACY"
BASE_OF_NEW: Final = "$NEW"
_KEY: Final = "$API_KEY"


def curl_line(request: Request, redactor: Redactor, base: str = BASE_OF_LEGACY) -> str:
    """The request as a curl command that also shows status and headers; secrets are replaced, an API key by a variable.
    ``base``: what the target is put behind; a shell variable by default, because the client's host is not ours.
    """
    target = text.clean(redactor.target(request.target), _LONGEST)
    head = request.method == "HEAD"
    # The variables are left to the shell, the target is not; without --path-as-is curl would tidy the path.
    words = ["curl", "--head" if head else "-i", "--path-as-is", "-g", f'"{base}"{_quoted(target)}']
    if not head and request.method != ("POST" if request.body else "GET"):
        words += ["-X", shlex.quote(request.method)]
    redacted = redactor.headers(request.headers)
    for name, value in named_headers(request.headers, redacted, lambda _: _KEY):
        if name.lower() not in _LEFT_OUT:
            words += ["-H", _parts(text.clean(f"{name}: {value}", _LONGEST).split(_KEY))]
    if request.body:
        words += [
            "--data-binary",
            _quoted(text.clean(redactor.body(request.body, request.headers), _LONGEST)),
        ]
    return " ".join(words)


def _quoted(redacted: str) -> str:
    """Text for the shell, which puts the key in where it was."""
    return _parts(pieces(redacted))


def _parts(parts: Sequence[str]) -> str:
    return f'"{_KEY}"'.join(shlex.quote(part) if part else "" for part in parts)
