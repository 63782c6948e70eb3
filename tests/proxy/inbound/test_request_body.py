"""Request bodies are taken in up to what is kept, and not for ever."""

import asyncio

import pytest
from starlette.types import Message

from proxy.inbound.request_body import BodyRefused, ClientGone, RequestBody, Terms, take_in
from proxy.runtime.capture_budget import CaptureBudget

pytestmark = pytest.mark.anyio
GONE = {"type": "http.disconnect"}


class Client:
    """ASGI's receive."""

    def __init__(self, *incoming: Message) -> None:
        self.incoming = list(incoming)

    async def receive(self) -> Message:
        if not self.incoming:
            await asyncio.Event().wait()
        return self.incoming.pop(0)


async def test_a_small_body_is_taken_in_whole() -> None:
    """It is needed for translating."""
    client = Client(
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "body": b"b", "more_body": False},
    )
    terms = Terms(10)
    assert await take_in(client.receive, terms) == RequestBody(b"ab", True, terms)


async def test_a_large_body_is_taken_in_up_to_the_cap() -> None:
    """The rest stays with the client until the side wants it."""
    client = Client(*[{"type": "http.request", "body": b"12345", "more_body": True}] * 5)
    terms = Terms(8)
    assert await take_in(client.receive, terms) == RequestBody(b"1234512345", False, terms)
    assert len(client.incoming) == 3


async def test_a_client_that_leaves_before_its_body_is_noticed() -> None:
    """Nobody is asked then."""
    with pytest.raises(ClientGone):
        await take_in(Client(GONE).receive, Terms())


@pytest.mark.parametrize("terms", [Terms(gap=0.01), Terms(total=0.01)])
async def test_a_body_that_does_not_come_is_refused(terms: Terms) -> None:
    """Its place is wanted by others."""
    with pytest.raises(BodyRefused, match="slow"):
        await take_in(Client().receive, terms)


async def test_the_patience_is_for_a_gap() -> None:
    """A slow line is not a silent one; for the whole there is a time of its own."""

    async def receive() -> Message:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    terms = Terms(gap=5.0, total=0.3)
    with pytest.raises(BodyRefused, match="slow"):
        await take_in(receive, terms)
    assert len((await take_in(receive, Terms(keep=9, gap=5.0))).start) == 10


async def test_bodies_have_room_together() -> None:
    """What finds none is not kept, and goes on to the side all the same."""
    budget = CaptureBudget(10)
    piece = {"type": "http.request", "body": b"12345678", "more_body": True}
    first = await take_in(Client(piece, GONE | {"type": "http.request"}).receive, Terms(budget=budget))
    second = await take_in(Client(piece, piece).receive, Terms(budget=budget))
    assert (first.complete, first.crowded) == (True, False)
    assert (second.start, second.complete, second.crowded) == (b"12345678", False, True)
    first.forget()
    second.forget()
    assert budget.held == 0


async def test_a_refused_body_holds_no_room() -> None:
    """Nor does one whose client has gone."""
    budget = CaptureBudget()
    piece = {"type": "http.request", "body": b"12345678", "more_body": True}
    with pytest.raises(BodyRefused, match="long"):
        await take_in(Client(piece).receive, Terms(most=5, budget=budget))
    with pytest.raises(ClientGone):
        await take_in(Client(piece, GONE).receive, Terms(budget=budget))
    assert budget.held == 0
