"""Serving passes on what it gets, byte for byte, and knows when a client has gone."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.types import Message

from proxy.inbound.request_body import BodyRefused, ClientGone, RequestBody, Terms, take_in
from proxy.message.fields import Pairs
from proxy.outbound.transport import SideAnswer
from proxy.runtime.capture_budget import CaptureBudget
from proxy.serve.forward import AnswerBroken, CapturePolicy, NotServed, end_to_end, forward

pytestmark = pytest.mark.anyio
Send = Callable[[Message], Awaitable[None]]


class Parts(SideAnswer):
    """An answer with a body in parts, ending in an error if there is one."""

    def __init__(self, *parts: bytes, error: Exception | None = None) -> None:
        super().__init__(200, [], None)
        self.parts = parts
        self.error = error
        self.closed = False

    async def __aiter__(self) -> Any:
        for part in self.parts:
            yield part
        if self.error:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


class Side:
    """A side that gives one answer and keeps what it was asked."""

    def __init__(
        self, answer: Parts, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        answer.status, answer.fields = status, headers or []
        self.answer = answer
        self.asked: tuple[str, bytes, list[tuple[bytes, bytes]]] | None = None
        self.received = b""

    async def ask(
        self, method: str, target: bytes, headers: Pairs, body: bytes | AsyncIterable[bytes] = b""
    ) -> SideAnswer:
        self.asked = method, target, list(headers)
        self.received = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
        return self.answer


class Client:
    """ASGI's receive and send, with all that was sent."""

    def __init__(self, *incoming: Message) -> None:
        self.incoming = list(incoming)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if not self.incoming:
            await asyncio.Event().wait()
        return self.incoming.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


WHOLE = RequestBody(b"", True)
GONE = {"type": "http.disconnect"}


async def forwarded(side: Side, client: Client, method: str = "GET", keep: int = 100) -> Any:
    """Forward one request."""
    return await forward(
        side, method, b"/", [], WHOLE, client.receive, client.send, capture=CapturePolicy(keep)
    )


async def test_an_answer_is_passed_on_in_its_parts() -> None:
    """Nothing waits for the end of the body."""
    client = Client()
    side = Side(Parts(b"one", b"two"), 450, [(b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")])
    seen = await forwarded(side, client)
    assert client.sent == [
        {"type": "http.response.start", "status": 450, "headers": side.answer.fields},
        {"type": "http.response.body", "body": b"one", "more_body": True},
        {"type": "http.response.body", "body": b"two", "more_body": True},
        {"type": "http.response.body", "body": b""},
    ]
    assert (seen.status, seen.body, seen.error) == (450, b"onetwo", None)


async def test_a_long_answer_is_passed_on_but_not_kept() -> None:
    """Memory is bounded, and the observation says that it is not whole."""
    client = Client()
    seen = await forwarded(Side(Parts(b"12345", b"67890")), client, keep=8)
    assert (client.body, seen.body, seen.error) == (b"1234567890", b"", "too_large")


async def test_nothing_is_kept_when_nobody_compares() -> None:
    """And that is no error."""
    client = Client()
    seen = await forwarded(Side(Parts(b"12345")), client, keep=0)
    assert (client.body, seen.body, seen.error) == (b"12345", b"", None)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_some_answers_have_no_body(method: str, status: int) -> None:
    """Whatever the side sends behind them."""
    client = Client()
    await forwarded(Side(Parts(b"stray"), status), client, method)
    assert client.body == b""


async def test_a_side_that_fails_before_its_answer_is_an_observation() -> None:
    """Nothing was sent: the proxy may still say something else."""

    class Absent:
        async def ask(self, *_: Any) -> SideAnswer:
            raise httpx.ConnectError("refused")

    client = Client()
    with pytest.raises(NotServed) as caught:
        await forward(Absent(), "GET", b"/", [], WHOLE, client.receive, client.send, capture=CapturePolicy(1))
    seen = caught.value.observation
    assert (seen.status, seen.error, client.sent) == (None, "connection: refused", [])


async def test_a_side_that_fails_within_its_answer_breaks_it_off() -> None:
    """The client must see that it was cut; what came is known."""
    client = Client()
    body = Parts(b"half", error=httpx.ReadError("reset"))
    with pytest.raises(AnswerBroken) as caught:
        await forwarded(Side(body), client)
    seen = caught.value.observation
    assert (seen.status, seen.body, seen.error, body.closed) == (200, b"half", "connection: reset", True)


async def test_the_rest_of_a_long_body_is_read_as_the_side_reads() -> None:
    """The beginning is sent first, then what the client still sends."""
    client = Client(
        {"type": "http.request", "body": b"b", "more_body": True},
        {"type": "http.request", "body": b"c", "more_body": False},
    )
    side = Side(Parts())
    await forward(
        side, "POST", b"/", [], RequestBody(b"a", False), client.receive, client.send, capture=CapturePolicy()
    )
    assert side.received == b"abc"


async def test_a_client_that_leaves_during_its_upload_is_noticed() -> None:
    """The side's complaint about it is not the side's failure."""

    class Complaining(Side):
        async def ask(self, *asked: Any) -> SideAnswer:
            try:
                return await super().ask(*asked)
            except ClientGone as error:
                raise httpx.NetworkError("the body ended early") from error

    client = Client(GONE)
    with pytest.raises(ClientGone):
        await forward(
            Complaining(Parts()),
            "POST",
            b"/",
            [],
            RequestBody(b"a", False),
            client.receive,
            client.send,
            capture=CapturePolicy(0),
        )


def test_fields_of_one_hop_are_dropped() -> None:
    """Those of the standard, and those that Connection names (RFC 9110, 7.6.1)."""
    headers = [
        (b"Connection", b"close, X-Private"),
        (b"Keep-Alive", b"timeout=5"),
        (b"TE", b"trailers"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Upgrade", b"h2c"),
        (b"X-Private", b"1"),
        (b"Parity-Shadow", b"rollback"),
        (b"X-Kept", b"1"),
        (b"X-Kept", b"2"),
    ]
    assert end_to_end(headers) == [(b"X-Kept", b"1"), (b"X-Kept", b"2")]


def test_connection_cannot_name_what_the_message_needs() -> None:
    """A client that names Host or Content-Length would change what the side reads."""
    headers = [(b"connection", b"host, content-length"), (b"host", b"h"), (b"content-length", b"3")]
    assert end_to_end(headers) == headers[1:]


@pytest.mark.parametrize(("status", "headers"), [(500, []), (412, [(b"Retry-After", b"10")])])
async def test_an_answer_that_is_held_back_is_not_sent(
    status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    """Another side may serve instead."""
    client = Client()
    capture, side = CapturePolicy(100, hold=True), Side(Parts(b"oops"), status, headers)
    with pytest.raises(NotServed) as caught:
        await forward(side, "GET", b"/", [], WHOLE, client.receive, client.send, capture=capture)
    held = caught.value.observation
    assert (held.status, held.body, client.sent) == (status, b"oops", [])


@pytest.mark.parametrize("most", [0, 100])
async def test_an_answer_that_breaks_while_it_is_held_is_not_sent(most: int) -> None:
    """Another side may serve instead of the new one, also where nothing is kept for comparing."""
    client, budget = Client(), CaptureBudget(100)
    capture = CapturePolicy(most, hold=True, late=100, budget=budget)
    side = Side(Parts(b"abc", b"def", error=httpx.ReadError("gone")))
    with pytest.raises(NotServed) as caught:
        await forward(side, "GET", b"/", [], WHOLE, client.receive, client.send, capture=capture)
    assert (caught.value.observation.status, client.sent, budget.held) == (None, [], 0)
    side = Side(Parts(b"abc", b"def"))
    await forward(side, "GET", b"/", [], WHOLE, client.receive, client.send, capture=capture)
    assert b"".join(message.get("body", b"") for message in client.sent) == b"abcdef"
    assert ([message["type"][-5:] for message in client.sent].count("start"), budget.held) == (1, 0)


@pytest.mark.parametrize(
    ("most", "late", "budget"), [(0, 4, 100), (100, 4, 100), (4, 100, 100), (0, 100, 4), (100, 100, 4)]
)
async def test_what_is_too_long_to_be_held_is_sent(most: int, late: int, budget: int) -> None:
    """Or what finds no room: from then on as it comes, and broken off where it breaks."""
    client, shared = Client(), CaptureBudget(budget)
    capture = CapturePolicy(most, hold=True, late=late, budget=shared)
    side = Side(Parts(b"abc", b"def", b"ghi", error=httpx.ReadError("gone")))
    with pytest.raises(AnswerBroken):
        await forward(side, "GET", b"/", [], WHOLE, client.receive, client.send, capture=capture)
    assert b"".join(message.get("body", b"") for message in client.sent) == b"abcdefghi"
    assert shared.held == 0


async def test_of_a_long_download_length_and_hash_are_kept() -> None:
    """They are compared instead of the bytes."""
    client = Client()
    capture = CapturePolicy(2, digest=True)
    side = Side(Parts(b"abc"))
    seen = await forward(side, "GET", b"/", [], WHOLE, client.receive, client.send, capture=capture)
    assert (seen.error, seen.body[:22]) == ("too_large", b"3 bytes, sha256 ba7816")


async def test_answers_under_way_share_their_room() -> None:
    """What finds none is not kept, whatever its length; what is over gives its room back."""
    client, budget = Client(), CaptureBudget(4)
    side = Side(Parts(b"abc", b"def"))
    crowded = await forward(
        side,
        "GET",
        b"/",
        [],
        WHOLE,
        client.receive,
        client.send,
        capture=CapturePolicy(100, digest=True, budget=budget),
    )
    assert (crowded.error, crowded.body, budget.held) == ("not_kept", b"", 0)
    assert b"".join(message.get("body", b"") for message in client.sent) == b"abcdef"
    side = Side(Parts(b"abc"))
    kept = await forward(
        side, "GET", b"/", [], WHOLE, client.receive, client.send, capture=CapturePolicy(9, budget=budget)
    )
    assert (kept.error, kept.body, budget.held) == (None, b"abc", 0)


async def test_an_exchange_has_a_longest_time() -> None:
    """However slowly the side, or the client, goes on."""

    class Silent:
        async def ask(self, *asked: Any) -> SideAnswer:
            await asyncio.Event().wait()
            raise AssertionError(asked)

    client = Client()
    capture = CapturePolicy(total=0.01)
    with pytest.raises(NotServed) as caught:
        await forward(Silent(), "GET", b"/", [], WHOLE, client.receive, client.send, capture=capture)
    assert caught.value.observation.error == "timeout"


async def test_a_body_that_grows_too_long_is_refused() -> None:
    """A chunked body does not say its length before."""
    piece = {"type": "http.request", "body": b"x" * 10, "more_body": True}
    client = Client(piece, piece)
    request_body = await take_in(client.receive, Terms(5, 15))
    with pytest.raises(BodyRefused):
        await forward(
            Side(Parts()),
            "POST",
            b"/",
            [],
            request_body,
            client.receive,
            client.send,
            capture=CapturePolicy(),
        )
