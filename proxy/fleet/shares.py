"""Shares of a replay on their way to workers, and what came of them on its way back.

Shares are in a queue of their own, so that no capture waits behind one. A check holds its name while it waits: workers
drop the shares of one that is gone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from config.queue import QueueSettings
from proxy.fleet.seal import OVERHEAD, Seal
from proxy.fleet.stream import CaptureStream, Entry, Sent

VERSION: Final = 1
HELD: Final = 30
"""Seconds for which a check is held to be there after it was last heard of."""
_ANSWERS_KEPT: Final = 600


class UnreadableShare(Exception):
    """It is no share of a version that is known here."""


@dataclass(frozen=True, slots=True)
class ShareName:
    """What a share is called: the how many-th of which check."""

    check: str
    number: int

    def bytes(self, what: str) -> bytes:
        """As it travels, beside what is sealed. ``what``: ``share`` or ``answer``: one cannot stand for the other."""
        return json.dumps([VERSION, what, self.check, self.number], separators=(",", ":")).encode()


def read_name(label: bytes, what: str) -> ShareName:
    """A name as it travels. Raises UnreadableShare: it is none, or of another version."""
    try:
        version, told, check, number = json.loads(label)
        if (version, told) == (VERSION, what):
            return ShareName(str(check), int(number))
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableShare(f"it has no name of a share: {label[:100]!r}") from error
    raise UnreadableShare(f"it is no {what} of version {VERSION}: {label[:100]!r}")


class ShareStream(CaptureStream):
    """The queue of shares, and the answers to them; everything in it is sealed."""

    def __init__(self, settings: QueueSettings, seal: Seal) -> None:
        super().__init__(settings, ("shares", "share-bytes"))
        self._seal = seal

    async def ask(self, shares: Sequence[tuple[ShareName, bytes]]) -> list[bool]:
        """Add shares; says of each whether there was room."""
        sent = []
        for name, content in shares:
            label = name.bytes("share")
            sent.append(Sent(label, self._seal.seal(content, label), sealed=True))
        return await self.add(sent)

    def fits(self, name: ShareName, content: bytes) -> bool:
        """Whether a share finds room in a queue that is empty."""
        label = name.bytes("share")
        return len(label) + len(content) + OVERHEAD <= self._settings.capture_bytes

    def opened(self, entry: Entry) -> tuple[ShareName, bytes]:
        """A share that was read. Raises UnreadableShare, or Unsealable: its key is not known here."""
        label = entry.capture.label
        name = read_name(label, "share")
        return name, self._seal.open(entry.capture.content, label)

    async def hold(self, check: str) -> None:
        """Say that a check is there."""
        await self._told(self._redis.set(self._key(f"check:{check}"), b"1", ex=HELD))

    async def is_held(self, check: str) -> bool:
        """Whether a check is there."""
        return bool(await self._told(self._redis.exists(self._key(f"check:{check}"))))

    async def end(self, check: str) -> None:
        """Say that a check is gone."""
        await self._told(self._redis.delete(self._key(f"check:{check}"), self._key(f"answers:{check}")))

    async def answer(self, name: ShareName, content: bytes) -> None:
        """Say what came of a share."""
        label = name.bytes("answer")
        key = self._key(f"answers:{name.check}")
        pipe = self._redis.pipeline()
        pipe.rpush(key, label + b"\n" + self._seal.seal(content, label))
        pipe.expire(key, _ANSWERS_KEPT)
        await self._told(pipe.execute())

    async def answers(self, check: str, seconds: float) -> tuple[ShareName, bytes] | None:
        """The next answer to a share of a check; None when there is none. ``seconds``: how long to wait for one. Raises
        UnreadableShare, or Unsealable: it is none of a worker.
        """
        found: Any = await self._told(self._redis.blpop([self._key(f"answers:{check}")], timeout=seconds))
        if found is None:
            return None
        label, _, sealed = found[1].partition(b"\n")
        return read_name(label, "answer"), self._seal.open(sealed, label)
