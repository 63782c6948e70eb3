"""Request bodies are taken in up to what is kept, and not for ever."""

import asyncio

import pytest
from starlette.types import Message

from proxy.intake import BodyRefused, ClientGone, Intake, take_in

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
    assert await take_in(client.receive, 10) == Intake(b"ab", True)


async def test_a_large_body_is_taken_in_up_to_the_cap() -> None:
    """The rest stays with the client until the side wants it."""
    client = Client(*[{"type": "http.request", "body": b"12345", "more_body": True}] * 5)
    assert await take_in(client.receive, 8) == Intake(b"1234512345", False)
    assert len(client.incoming) == 3


async def test_a_client_that_leaves_before_its_body_is_noticed() -> None:
    """Nobody is asked then."""
    with pytest.raises(ClientGone):
        await take_in(Client(GONE).receive, 10)


async def test_a_body_that_does_not_come_is_refused() -> None:
    """Its place is wanted by others."""
    with pytest.raises(BodyRefused, match="slow"):
        await take_in(Client().receive, 5, patience=0.01)
