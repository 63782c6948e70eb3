"""Messages between processes arrive as they left."""

import asyncio
import io
from dataclasses import dataclass, field

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.model import FollowUp
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


@dataclass(frozen=True, slots=True)
class Value:
    """Made of all its fields."""

    name: str
    inner: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Made by names only."""

    name: str


@dataclass
class Counting:
    """Has a field that nobody gives it."""

    name: str
    count: int = field(default=0, init=False)


@pytest.mark.parametrize(
    "value", [Value("a", Value("b", (1, {"c": b"d"}))), Named(name="a"), Value("a", Named), FollowUp.PREMISE]
)
def test_values_arrive_as_they_left(value: object) -> None:
    """Also those that are not made of their fields alone, classes, and words of a closed set."""
    assert receive(io.BytesIO(frame(value))) == value


def test_what_was_counted_is_not_forgotten() -> None:
    """A field that is no argument travels, too."""
    counting = Counting("a")
    counting.count = 7
    assert receive(io.BytesIO(frame(counting))) == counting
