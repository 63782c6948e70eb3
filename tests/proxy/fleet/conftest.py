"""A queue in a Redis of the test's own."""

from collections.abc import AsyncIterator

import pytest

from config.queue import QueueSettings
from proxy.fleet.stream import CaptureStream
from tests.redis_server import RedisServer


@pytest.fixture
def settings(redis: RedisServer) -> QueueSettings:
    """A small queue, whose captures are taken over after half a second."""
    return QueueSettings(url=redis.url, captures=5, capture_bytes=1000, claim_seconds=0.5, deliveries=2)


@pytest.fixture
async def stream(settings: QueueSettings) -> AsyncIterator[CaptureStream]:
    """The queue."""
    opened = CaptureStream(settings)
    yield opened
    await opened.aclose()
