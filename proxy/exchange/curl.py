"""A request as a line that can be pasted into a shell."""

import shlex
from typing import Final

from config import text
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
    }
)
_LONGEST: Final = 2000
BASE_OF_LEGACY: Final = "$LEGACY"
BASE_OF_NEW: Final = "$NEW"


def curl_line(request: Request, redactor: Redactor, base: str = BASE_OF_LEGACY) -> str:
    """The request as a curl command, secrets replaced. ``base``: what the target is put behind; a shell variable by
    default, because the client's host is not ours.
    """
    target = text.clean(redactor.target(request.target), _LONGEST)
    # The variable is left to the shell, the target is not; without --path-as-is curl would tidy the path.
    words = ["curl", "--path-as-is", "-g", f'"{base}"{shlex.quote(target)}']
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != ("POST" if request.body else "GET"):
        words += ["-X", shlex.quote(request.method)]
    for name, value in redactor.headers(request.headers):
        if name.lower() not in _LEFT_OUT:
            words += ["-H", shlex.quote(text.clean(f"{name}: {value}", _LONGEST))]
    if request.body:
        body = text.clean(redactor.body(request.body), _LONGEST)
        words += ["--data-binary", shlex.quote(body)]
    return " ".join(words)
