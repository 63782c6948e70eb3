"""Shares and answers are believed only from those who have the key."""

import pytest

from config.queue import QueueSettings
from proxy.fleet.seal import Seal, Unsealable
from proxy.fleet.shares import ShareName, ShareStream, UnreadableShare, read_name
from tests.proxy.fleet.share_workers import SEAL

pytestmark = pytest.mark.anyio


async def test_answers_of_others_are_not_believed(settings: QueueSettings) -> None:
    """Neither forged ones, nor a share sent back."""
    stream = ShareStream(settings, SEAL)
    forger = ShareStream(settings, Seal([b"x" * 32]))
    name = ShareName("c", 0)
    await forger.answer(name, b"forged")
    with pytest.raises(Unsealable):
        await stream.answers("c", 1)
    label = name.bytes("share")
    await stream._redis.rpush("{parity}:answers:c", label + b"\n" + SEAL.seal(b"x", label))
    with pytest.raises(UnreadableShare, match="is no answer of version 1"):
        await stream.answers("c", 1)
    for one in (stream, forger):
        await one.aclose()


@pytest.mark.parametrize(
    "label", [b"", b"{}", b'[1,"share"]', b'[2,"share","c",0]', b'[1,"share","c",{}]', b"\xff"]
)
def test_what_is_no_name_is_refused(label: bytes) -> None:
    """Whoever wrote it."""
    with pytest.raises(UnreadableShare):
        read_name(label, "share")
