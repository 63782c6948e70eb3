"""Messages between processes arrive as they left."""

import asyncio
import io

import pytest

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
