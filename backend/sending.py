"""How an answer goes out: with headers that all have, without a body to HEAD, compressed for those who take that."""

import gzip
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from backend import rehearsal

SHORTEST = 1024
"""Bytes from which an answer is compressed: of a shorter one more is headers than is saved."""
# Half the time of the usual 6, for a twelfth more bytes.
_LEVEL = 4


async def send_answer(
    response: Response, scope: Scope, receive: Receive, send: Send, further: Sequence[tuple[bytes, bytes]]
) -> None:
    """Send an answer. ``further``: headers that every answer of a dialect has."""
    if rehearsal.CALLER in scope:
        response.headers[rehearsal.CALLER] = scope[rehearsal.CALLER]
    _compress(response, scope)
    head = scope["method"] == "HEAD"

    async def finished(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *further]
        elif head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    await response(scope, receive, finished)


def takes_gzip(accepted: str) -> bool:
    """Whether a client takes gzip (RFC 9110, 12.5.3). ``accepted``: its ``Accept-Encoding``."""
    weights: dict[str, str] = {}
    for item in accepted.lower().split(","):
        name, _, parameter = item.partition(";")
        weights[name.strip()] = parameter.strip().removeprefix("q=").strip()
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return not weight or weight.strip("0.") != ""


def _compress(response: Response, scope: Scope) -> None:
    """Compress a document; a file goes out as it is stored, so that parts of it can be asked for."""
    if type(response) is not Response or len(response.body) < SHORTEST:
        return
    response.headers.add_vary_header("Accept-Encoding")
    if takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
        response.body = gzip.compress(response.body, _LEVEL, mtime=0)
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Content-Encoding"] = "gzip"
