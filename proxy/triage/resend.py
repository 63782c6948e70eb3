"""The request of a sample, to be sent to the new side again."""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from diffing.model import Asked
from proxy.message.translation import Request
from proxy.recordings.caller_keys import CallerKeys

_MARK: Final = re.compile(rb"KEY_OF_\w{1,64}~[0-9a-f]{10}(?![0-9a-f])")
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
    if "sent_new" not in sample:
        raise Unsendable("it was kept by an older version, without its request to the new side")
    return _with_key(_kept(sample["sent_new"]), asked.role, keys)


def _kept(sent: Mapping[str, Any]) -> Request:
    if sent["truncated"]:
        raise Unsendable("its request was too long to be kept whole")
    body = sent["body"].encode() if sent["base64"] is None else base64.b64decode(sent["base64"])
    headers = tuple((str(name), str(value)) for name, value in sent["headers"])
    return Request(sent["method"], sent["target"].encode(), headers, body)


def _with_key(request: Request, role: str, keys: CallerKeys) -> Request:
    values = (value.encode() for _, value in request.headers)
    marked = any(_MARK.search(part) for part in (request.target, request.body, *values))
    if not marked or role in _KEYLESS:
        # The mark is a wrong key as good as any other.
        return request
    if role not in keys.names:
        raise Unsendable(f'it needs the key of {role}; give --keys FILE with {role} = "KEY"')
    key = keys.key(role).encode()
    headers = tuple((name, _MARK.sub(key, value.encode()).decode()) for name, value in request.headers)
    return Request(request.method, _MARK.sub(key, request.target), headers, _MARK.sub(key, request.body))
