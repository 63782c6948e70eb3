"""Take shares of replays from the queue of a fleet, have them done one after the other, and answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from config.queue import QueueSettings
from config.tasks import Tasks
from proxy.fleet.seal import Unsealable
from proxy.fleet.shares import ShareStream, UnreadableShare
from proxy.fleet.stream import Entry, QueueAway

_LOGGER = logging.getLogger(__name__)
_WAIT: Final = 1.0
_AGAIN: Final = 0.5


class ShareTaker:
    """Takes shares as a consumer of its own.

    Args:
        name: The worker's.
        do: Does a share, told how many workers have had it, this one among them; gives the answer.
    """

    def __init__(
        self,
        stream: ShareStream,
        settings: QueueSettings,
        name: str,
        do: Callable[[bytes, int], Awaitable[bytes]],
    ) -> None:
        self._stream = stream
        self._settings = settings
        self._name = name
        self._do = do
        self.done = 0
        """Shares that it has answered."""

    def start(self, tasks: Tasks) -> None:
        """Take shares until the tasks are stopped."""
        tasks.start("shares", self._work)

    async def _work(self) -> None:
        while True:
            try:
                entries = await self._stream.take_over(self._name, 1)
                entries = entries or await self._stream.read(self._name, 1, _WAIT)
                for entry in entries:
                    await self._answer(entry)
            except QueueAway as error:
                # Who takes captures has said so.
                _LOGGER.debug("no share can be taken: %s", error)
                await asyncio.sleep(_AGAIN)

    async def _answer(self, entry: Entry) -> None:
        try:
            name, content = self._stream.opened(entry)
        except (UnreadableShare, Unsealable) as error:
            _LOGGER.error("a share is left to other workers: %s", error)
            if entry.deliveries > self._settings.deliveries:
                await self._stream.remove([entry])
            return
        if await self._stream.is_held(name.check):
            keeping = asyncio.create_task(self._keep(entry), name="keep a share")
            try:
                answer = await self._do(content, entry.deliveries)
            except asyncio.CancelledError:
                with suppress(QueueAway):
                    await self._stream.give_back(self._name, [entry.id])
                raise
            finally:
                keeping.cancel()
            await self._stream.answer(name, answer)
            self.done += 1
        await self._stream.remove([entry])

    async def _keep(self, entry: Entry) -> None:
        """Say again and again that the share is being done."""
        while True:
            await asyncio.sleep(self._settings.claim_seconds / 4)
            try:
                await self._stream.keep(self._name, [entry.id])
            except QueueAway as error:
                _LOGGER.debug("a share cannot be kept: %s", error)
