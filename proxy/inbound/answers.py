"""Answers that the proxy gives itself, and answers of a side that it holds whole."""

from typing import Final

import orjson
from starlette.types import Send

from diffing.problem import MEDIA_TYPE
from proxy.inbound.guard import Refusal
from proxy.inbound.request_body import ClientGone
from proxy.message.fields import to_bytes

BAD_GATEWAY: Final = Refusal(
    502, "Bad Gateway", "The side that serves gave no answer.", ((b"retry-after", b"1"),)
)
GATEWAY_TIMEOUT: Final = Refusal(504, "Gateway Timeout", "The side that serves gave no answer in time.")
SLOW_BODY: Final = Refusal(
    408, "Request Timeout", "The body of the request did not come in time.", ((b"connection", b"close"),)
)
BUSY: Final = Refusal(
    503, "Service Unavailable", "Too many requests are under way.", ((b"retry-after", b"1"),)
)
CROWDED: Final = Refusal(
    503, "Service Unavailable", "Too many long answers are under way.", ((b"retry-after", b"1"),)
)
LOOP: Final = Refusal(508, "Loop Detected", "This request has passed this proxy before.")
_PIECE: Final = 256 * 1024


async def refuse(send: Send, refusal: Refusal, method: str = "GET") -> None:
    """Answer with a problem document. Raises ClientGone: the client went away.

    Args:
        send: ASGI's.
        refusal: What to say.
        method: The client's; the answer to HEAD has no body.
    """
    document = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    headers = (("content-type", MEDIA_TYPE), ("access-control-allow-origin", "*"))
    pairs = [*to_bytes(headers), *refusal.headers]
    await send_whole(send, refusal.status, pairs, orjson.dumps(document), head=method == "HEAD")


async def send_whole(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, head: bool
) -> None:
    """Send an answer whose body is known. Raises ClientGone: the client went away.

    Args:
        send: ASGI's.
        headers: Its pairs; Content-Length is added in the place of any that is there.
        head: The client asked for the head only.
    """
    kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
    length = (b"content-length", str(len(body)).encode())
    bodiless = head or status in (204, 304)
    if not (bodiless and not head):
        kept.append(length)
    try:
        await send({"type": "http.response.start", "status": status, "headers": kept})
        rest = memoryview(b"" if bodiless else body)
        while len(rest) > _PIECE:
            # The next piece waits until the client has taken most of this one.
            await send({"type": "http.response.body", "body": bytes(rest[:_PIECE]), "more_body": True})
            rest = rest[_PIECE:]
        await send({"type": "http.response.body", "body": bytes(rest)})
    except OSError as error:
        raise ClientGone from error
