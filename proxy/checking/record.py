"""``parity record``: ask the live legacy server and keep what it answers as recordings."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from config.routes import load_routes
from config.settings import load_proxy_settings
from proxy.checking.check import CheckError, over_network
from proxy.checking.live import LiveLegacy, LiveOptions
from proxy.har.entries import Writing, line, started
from proxy.message.translation import Translation
from proxy.recordings.caller_keys import CallerKeys
from proxy.recordings.recording import Recording

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of recording.

    Args:
        written: Exchanges in the file.
        writes: Requests that were not sent because they change something.
        unanswered: Requests that got no answer.
    """

    written: int
    writes: int
    unanswered: int

    def __str__(self) -> str:
        return f"{self.written} recorded, {self.writes} writes not sent, {self.unanswered} not answered"


async def record_live(
    requests: Sequence[Recording],
    legacy: str,
    out: Path,
    config: Path,
    *,
    asking: LiveOptions,
    keys: CallerKeys,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Recorded:
    """Ask the legacy server and write what it answers, in the order of the requests. Returns the counts. Raises
    CheckError: the server does not answer at all, or the file cannot be written.

    Args:
        requests: What is asked; their keys are real ones.
        legacy: URL of the legacy side.
        out: Where the recordings go; the file appears when all is recorded.
        keys: Knows keys by their callers; no key is written.
        progress: Called with the number done and the number of all.
    """
    writing = Writing(load_routes(config), keys, load_proxy_settings(config).admin_keys)
    wanted = [item for item in requests if asking.writes or not _changes(item, writing)]
    draft = out.with_name(out.name + ".part")
    try:
        async with over_network(legacy) as side:
            with draft.open("wb") as file:
                run = _Run(wanted, LiveLegacy(side, asking), writing, file, out.name, progress)
                unanswered = await run.all(asking.concurrency)
        draft.replace(out)
    except OSError as error:
        raise CheckError(f"{out} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return Recorded(len(wanted) - unanswered, len(requests) - len(wanted), unanswered)


class _Run:
    """Asks many at a time and writes in order, keeping only what waits for an earlier one."""

    def __init__(
        self,
        wanted: Sequence[Recording],
        side: LiveLegacy,
        writing: Writing,
        file: BinaryIO,
        name: str,
        progress: Callable[[int, int], None],
    ) -> None:
        self._wanted = wanted
        self._side = side
        self._writing = writing
        self._file = file
        self._name = name.partition(".")[0]
        self._progress = progress
        self._lines: dict[int, bytes] = {}
        self._next = 0

    async def all(self, concurrency: int) -> int:
        pending = iter(enumerate(self._wanted))
        unanswered = done = 0

        async def worker() -> None:
            nonlocal unanswered, done
            for number, item in pending:
                content = await self._one(number, item)
                unanswered += not content
                done += 1
                self._write(number, content)
                self._progress(done, len(self._wanted))

        async with asyncio.TaskGroup() as group:
            for number in range(concurrency):
                group.create_task(worker(), name=f"recording {number}")
        return unanswered

    async def _one(self, number: int, item: Recording) -> bytes:
        at = started()
        answer = await self._side.to(item.request)
        if answer.status is None or answer.error is not None:
            return b""
        name = item.id if item.raw else f"{self._name}.{number + 1:06}"
        dropped = item.body_dropped and not answer.body
        found = replace(item, id=name, response=answer, defect=None, body_dropped=dropped)
        return line(self._writing.entry(found, at))

    def _write(self, number: int, content: bytes) -> None:
        self._lines[number] = content
        while self._next in self._lines:
            self._file.write(self._lines.pop(self._next))
            self._next += 1


def _changes(item: Recording, writing: Writing) -> bool:
    translation = writing.translation(item)
    if isinstance(translation, Translation):
        return translation.writes
    return item.request.method not in _SAFE
