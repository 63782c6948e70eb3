"""Messages between processes arrive as they left."""

import asyncio
import io

import pytest

from config.location import config_directory
from config.routes import load_routes
from proxy.runtime.channel import frame, read_frame, receive

pytestmark = pytest.mark.anyio


async def test_messages_arrive_as_they_left() -> None:
    """And the end of the channel is told as nothing."""
    reader = asyncio.StreamReader()
    reader.feed_data(frame(["a"]) + frame(1))
    reader.feed_eof()
    assert [await read_frame(reader) for _ in range(3)] == [["a"], 1, None]


@pytest.mark.parametrize("cut", [0, 5, 20])
def test_a_channel_that_ends_within_a_message_has_none(cut: int) -> None:
    """Neither its length nor its body may be cut."""
    assert receive(io.BytesIO(frame("a" * 100)[:cut])) is None
    assert receive(io.BytesIO(frame("a" * 100))) == "a" * 100


@pytest.mark.anyio
async def test_a_route_travels_by_its_name() -> None:
    """The other end takes its own; what that does not know is none."""
    routes = load_routes(config_directory())
    reader = asyncio.StreamReader()
    message = frame({"routes": [routes["dataset.get"]] * 2})
    reader.feed_data(message * 2)
    assert len(message) < 200
    assert (await read_frame(reader, routes.routes))["routes"] == [routes["dataset.get"]] * 2
    assert (await read_frame(reader))["routes"] == [None, None]
