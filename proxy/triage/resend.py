"""The request of a sample, to be sent to the new side again."""

import re
import shlex
from collections.abc import Mapping
from typing import Any, Final

from diffing.model import Asked
from proxy.exchange.curl import BASE_OF_NEW
from proxy.message.translation import Request
from proxy.recordings.caller_keys import CallerKeys

_MARK: Final = re.compile(rb"~[0-9a-f]{10}(?![0-9a-f])")
_CUT: Final = re.compile(r"… \(\d+ characters\)$")
_KEYLESS: Final = ("none", "bad")


class Unsendable(ValueError):
    """A sample's request cannot be sent again; the message says why."""


def request_of(sample: Mapping[str, Any], asked: Asked, keys: CallerKeys) -> Request:
    """What the new side was asked, with a key of the caller's role in place of the one that was taken out.

    Args:
        sample: The sample (proxy.exchange.sample).
        keys: Keys by role.

    Raises:
        Unsendable: It changes something, was cut, or needs a key that nobody has given.
    """
    if asked.rehearsed or (asked.route is not None and asked.route.writes):
        raise Unsendable("it would change something, so it is not sent again")
    request = _parsed(str(sample["new"]["curl"]))
    return _with_key(request, asked.role, keys)


def _parsed(line: str) -> Request:
    """The request of a line that ``proxy.exchange.curl`` made."""
    words = iter(shlex.split(line))
    method, target, headers, body = "", "", list[tuple[str, str]](), ""
    for word in words:
        if word.startswith(BASE_OF_NEW):
            target = word.removeprefix(BASE_OF_NEW)
        elif word == "-X":
            method = next(words)
        elif word == "--head":
            method = "HEAD"
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers.append((name, value))
        elif word == "--data-binary":
            body = next(words)
    if any(_CUT.search(part) for part in (target, body, *(value for _, value in headers))):
        raise Unsendable("its request was too long to be kept whole")
    method = method or ("POST" if body else "GET")
    return Request(method, target.encode(), tuple(headers), body.encode())


def _with_key(request: Request, role: str, keys: CallerKeys) -> Request:
    marked = any(_MARK.search(part) for part in (request.target, request.body))
    if not marked or role in _KEYLESS:
        # The mark is a wrong key as good as any other.
        return request
    if role not in keys.names:
        raise Unsendable(f'it needs the key of {role}; give --keys FILE with {role} = "KEY"')
    key = keys.key(role).encode()
    return Request(
        request.method, _MARK.sub(key, request.target), request.headers, _MARK.sub(key, request.body)
    )
