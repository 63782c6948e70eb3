"""The captures of a fleet in Redis or Valkey: a stream with one consumer group, bounded by number and by bytes.

Everything that is in the stream waits or is being judged: whoever has judged a capture removes it. So the length of the
stream is what is kept, and the key of the bytes says how much that is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from config.errors import ConfigError
from config.queue import QueueSettings

try:
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError, ResponseError
except ImportError as error:
    raise ConfigError(
        "a queue in Redis needs the extra 'fleet': pip install 'openml-parity[fleet]'", key="queue"
    ) from error

_GROUP: Final = "workers"
_LABEL: Final = b"label"
_CONTENT: Final = b"content"
_SEALED: Final = b"sealed"
_CONNECT: Final = 2.0
_ANSWER: Final = 5.0
_IDLE_NAMES: Final = 3600
"""Seconds after which a consumer that has nothing and asks for nothing is forgotten."""

# Atomic, so that many proxies keep one bound. An empty stream holds no bytes, whatever was lost on the way.
_ADD: Final = """#!lua
local kept = redis.call('XLEN', KEYS[1])
local bytes = kept > 0 and tonumber(redis.call('GET', KEYS[2]) or '0') or 0
local added = {}
for i = 3, #ARGV, 3 do
  local size = #ARGV[i] + #ARGV[i + 1]
  if kept < tonumber(ARGV[1]) and bytes + size <= tonumber(ARGV[2]) then
    redis.call('XADD', KEYS[1], '*', 'label', ARGV[i], 'content', ARGV[i + 1], 'sealed', ARGV[i + 2])
    kept, bytes = kept + 1, bytes + size
    added[#added + 1] = 1
  else
    added[#added + 1] = 0
  end
end
redis.call('SET', KEYS[2], bytes)
return added
"""
# Whoever removes an entry lowers the bytes: two workers may have judged the same one.
# It is what makes room in a full memory.
_REMOVE: Final = """#!lua flags=allow-oom
local gone = 0
for i = 2, #ARGV, 2 do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
  if redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then
    redis.call('DECRBY', KEYS[2], ARGV[i + 1])
    gone = gone + 1
  end
end
return gone
"""
# A consumer is only removed with nothing in its hands: those entries would be nobody's.
_FORGET: Final = """#!lua
for _, found in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local name, pending, idle
  for i = 1, #found, 2 do
    if found[i] == 'name' then name = found[i + 1] end
    if found[i] == 'pending' then pending = found[i + 1] end
    if found[i] == 'idle' then idle = found[i + 1] end
  end
  if pending == 0 and idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], name)
  end
end
"""


class QueueAway(Exception):
    """Nobody knows whether Redis did what it was asked to; the message says why."""


class QueueRefused(QueueAway):
    """Redis did not do it: it has no memory or disk left, may not be written, or does not allow it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A capture on its way. ``label`` and ``content``: as they travel. ``sealed``: Whether the content is sealed."""

    label: bytes
    content: bytes
    sealed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A capture that was read.

    Args:
        id: What Redis calls it.
        deliveries: How many workers have had it, this one among them; 1 where it is not known.
    """

    id: bytes
    capture: Sent
    deliveries: int = 1

    @property
    def size(self) -> int:
        """Bytes that it is counted with."""
        return len(self.capture.label) + len(self.capture.content)


@dataclass(frozen=True, slots=True)
class QueueState:
    """What waits in the queue.

    Args:
        captures: How many captures it keeps.
        bytes: How many bytes these are.
        pending: How many of them workers have.
        lag_seconds: How long the oldest one has waited that no worker has.
    """

    captures: int
    bytes: int
    pending: int
    lag_seconds: float


class CaptureStream:
    """The queue of a fleet; whatever fails raises QueueAway, and the next call connects anew.

    ``keys``: the end of the names of its two keys.
    """

    def __init__(self, settings: QueueSettings, keys: tuple[str, str] = ("captures", "bytes")) -> None:
        self._settings = settings
        # In a cluster both keys are on one node.
        self._stream, self._bytes = (self._key(key) for key in keys)
        self._redis = Redis.from_url(
            settings.url,
            protocol=2,
            socket_connect_timeout=_CONNECT,
            socket_timeout=_ANSWER,
            # What is to be tried again, and when, is decided by those who call.
            retry=Retry(NoBackoff(), 0),
        )
        self._grouped = False
        # One look sees only some of what workers have; the next one goes on from there.
        self._looked_at: str | bytes = "0-0"

    @property
    def shown(self) -> str:
        """Where it is, without user and password."""
        parts = urlsplit(self._settings.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def _key(self, name: str) -> str:
        return f"{{{self._settings.stream}}}:{name}"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def add(self, captures: Sequence[Sent]) -> list[bool]:
        """Add captures; says of each whether there was room."""
        arguments: list[Any] = [self._settings.captures, self._settings.capture_bytes]
        for capture in captures:
            arguments += (capture.label, capture.content, int(capture.sealed))
        added = await self._told(self._redis.eval(_ADD, 2, self._stream, self._bytes, *arguments))
        return [one == 1 for one in added]

    async def read(self, name: str, most: int, seconds: float) -> list[Entry]:
        """The next captures that no worker has had; none when there is none. ``seconds``: how long to wait for one."""
        found = await self._in_group(
            lambda: self._redis.xreadgroup(
                _GROUP, name, {self._stream: ">"}, count=most, block=int(seconds * 1000)
            )
        )
        return [_entry(*one) for _, entries in found or () for one in entries if one[1]]

    async def take_over(self, name: str, most: int) -> list[Entry]:
        """Captures of workers that nothing was heard of."""
        idle, start = int(self._settings.claim_seconds * 1000), self._looked_at
        self._looked_at, entries, *_ = await self._in_group(
            lambda: self._redis.xautoclaim(self._stream, _GROUP, name, idle, start, count=most)
        )
        entries = [one for one in entries if one[1]]
        if not entries:
            return []
        counts = await self._told(
            self._redis.xpending_range(
                self._stream, _GROUP, entries[0][0], entries[-1][0], count=10 * most, consumername=name
            )
        )
        deliveries = {one["message_id"]: one["times_delivered"] for one in counts}
        return [_entry(id_, fields, deliveries.get(id_, 1)) for id_, fields in entries]

    async def keep(self, name: str, ids: Iterable[bytes], *, idle: float = 0.0) -> None:
        """Say that a worker still has captures. ``idle``: seconds that nothing was heard of it, as others shall see
        it: they take over what it does not want.
        """
        wanted: list[Any] = [*ids]
        if wanted:
            await self._told(
                self._redis.xclaim(self._stream, _GROUP, name, 0, wanted, idle=int(idle * 1000), justid=True)
            )

    async def give_back(self, name: str, ids: Iterable[bytes]) -> None:
        """Let others take over captures at once."""
        await self.keep(name, ids, idle=self._settings.claim_seconds)

    async def remove(self, entries: Sequence[Entry]) -> None:
        """Remove captures that are judged."""
        if entries:
            arguments = [_GROUP, *(part for entry in entries for part in (entry.id, entry.size))]
            await self._told(self._redis.eval(_REMOVE, 2, self._stream, self._bytes, *arguments))

    async def forget_names(self) -> None:
        """Forget consumers that have ended."""
        idle = _IDLE_NAMES * 1000
        await self._in_group(lambda: self._redis.eval(_FORGET, 1, self._stream, _GROUP, idle))

    async def state(self) -> QueueState:
        """What waits."""
        groups = await self._in_group(lambda: self._redis.xinfo_groups(self._stream))
        group = next(one for one in groups if one["name"] == _GROUP.encode())
        after = b"(" + group["last-delivered-id"]
        pipe = self._redis.pipeline(transaction=False)
        pipe.xlen(self._stream)
        pipe.get(self._bytes)
        pipe.xrange(self._stream, after, "+", count=1)
        pipe.time()
        kept, size, oldest, (seconds, micros) = await self._told(pipe.execute())
        lag = 0.0
        if oldest:
            # Ids begin with the time in milliseconds, of the same clock.
            lag = seconds + micros / 1e6 - int(oldest[0][0].partition(b"-")[0]) / 1000
        return QueueState(kept, max(0, int(size or 0)), group["pending"], max(0.0, lag))

    async def _in_group(self, call: Callable[[], Any]) -> Any:
        """Ask for something that needs the group; it is there afterwards, also when Redis has lost everything."""
        if not self._grouped:
            await self._group()
        try:
            return await self._told(call())
        except QueueRefused as error:
            if "NOGROUP" not in str(error) and "no such key" not in str(error):
                raise
        await self._group()
        return await self._told(call())

    async def _group(self) -> None:
        try:
            await self._told(self._redis.xgroup_create(self._stream, _GROUP, id="0", mkstream=True))
        except QueueRefused as error:
            if "BUSYGROUP" not in str(error):
                raise
        self._grouped = True

    @staticmethod
    async def _told(asked: Any) -> Any:
        # The client's types say str where it gives bytes, and know no result of a script.
        try:
            return await asked
        except ResponseError as error:
            raise QueueRefused(str(error)) from error
        except (RedisError, OSError) as error:
            raise QueueAway(str(error) or type(error).__name__) from error


def _entry(id_: bytes, fields: dict[bytes, bytes], deliveries: int = 1) -> Entry:
    capture = Sent(fields.get(_LABEL, b""), fields.get(_CONTENT, b""), fields.get(_SEALED) == b"1")
    return Entry(id_, capture, deliveries)
