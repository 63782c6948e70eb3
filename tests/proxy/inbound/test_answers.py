"""Answers that the proxy gives itself."""

import orjson
import pytest
from starlette.types import Message

from proxy.inbound.answers import BUSY, refuse, send_whole
from proxy.inbound.request_body import ClientGone

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_refusal_is_a_problem_document(method: str) -> None:
    """With the fields that belong to it; HEAD gets the head only."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await refuse(send, BUSY, method)
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], headers[b"retry-after"]) == (503, b"1")
    assert headers[b"content-type"] == b"application/problem+json"
    body = sent[1]["body"]
    assert body == b"" if method == "HEAD" else orjson.loads(body)["title"] == "Service Unavailable"


async def test_an_answer_without_body_says_no_length() -> None:
    """A 304 that promises bytes would be waited for."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await send_whole(send, 304, [(b"content-length", b"5"), (b"etag", b"x")], b"12345", head=False)
    assert (sent[0]["headers"], sent[1]["body"]) == ([(b"etag", b"x")], b"")


async def test_a_client_that_has_gone_is_no_failure() -> None:
    """It has its own name."""

    async def send(message: Message) -> None:
        raise OSError(message["type"])

    with pytest.raises(ClientGone):
        await refuse(send, BUSY)
