"""Have the workers of a fleet do shares of a work, and wait for all of them."""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from config.errors import BadInput
from proxy.fleet.seal import Unsealable
from proxy.fleet.shares import HELD, ShareName, ShareStream, UnreadableShare
from proxy.fleet.stream import QueueAway

_LOGGER = logging.getLogger(__name__)
_AT_ONCE: Final = 16
"""So many shares are in the queue at a time; workers beyond that many would idle."""
_LOST: Final = 3
"""So many times in a row shares may be gone from the queue without an answer."""
_WAIT: Final = 0.5
_AGAIN: Final = 0.5


class NobodyWorks(BadInput):
    """No worker does the shares; the message says what would help."""


class Spread:
    """Hands shares over and takes the answers.

    What was handed over is in the queue until a worker has answered it; a queue that has lost it is given it again.

    Args:
        share: Gives a share by its number.
        answered: Told each number once, with the answer; what it raises ends the work.
        patience: Seconds without an answer, while no worker has a share or the queue is away, after which it gives up.
    """

    def __init__(
        self,
        stream: ShareStream,
        share: Callable[[int], bytes],
        answered: Callable[[int, bytes], None],
        *,
        patience: float = 60.0,
    ) -> None:
        self._stream = stream
        self._share = share
        self._answered = answered
        self._patience = patience
        self._check = uuid.uuid4().hex
        self._waiting = deque[int]()
        self._given = set[int]()

    async def work(self, shares: int) -> None:
        """Have so many shares done. Raises NobodyWorks."""
        self._waiting.extend(range(shares))
        try:
            await self._work()
        finally:
            try:
                await self._stream.end(self._check)
            except QueueAway as error:
                _LOGGER.warning("workers drop what is left in %d s: %s", HELD, error)

    async def _work(self) -> None:
        now = asyncio.get_running_loop().time
        held, heard, lost = 0.0, now(), 0
        while self._waiting or self._given:
            try:
                if now() >= held:
                    await self._stream.hold(self._check)
                    held = now() + HELD / 3
                await self._give()
                if await self._take():
                    heard, lost = now(), 0
                    continue
                state = await self._stream.state()
            except QueueAway as error:
                if now() > heard + self._patience:
                    raise NobodyWorks(f"the queue {self._stream.shown} is away: {error}") from error
                await asyncio.sleep(_AGAIN)
                continue
            if state.pending:
                heard = now()
            elif now() > heard + self._patience:
                raise NobodyWorks(
                    f"no worker has taken a share for {self._patience:g} s; "
                    f"start parity worker --queue {self._stream.shown}"
                )
            if self._given and not state.captures:
                if lost == _LOST:
                    raise NobodyWorks(
                        "shares are taken and not answered; do all workers have the key and the version of this check?"
                    )
                # What it lost may be the name of the check, too.
                held, lost = 0.0, lost + 1
                self._waiting.extendleft(sorted(self._given, reverse=True))
                self._given.clear()

    async def _give(self) -> None:
        while self._waiting and len(self._given) < _AT_ONCE:
            number = self._waiting[0]
            name, share = ShareName(self._check, number), self._share(number)
            if not self._stream.fits(name, share):
                raise NobodyWorks(
                    f"the queue has no room for a share of {len(share)} bytes; see [queue] in proxy.toml"
                )
            [added] = await self._stream.ask([(name, share)])
            if not added:
                # Full of shares, also of other checks: workers make room.
                return
            self._given.add(number)
            self._waiting.popleft()

    async def _take(self) -> bool:
        """Take the next answer; whether there was one."""
        try:
            found = await self._stream.answers(self._check, _WAIT)
        except (UnreadableShare, Unsealable) as error:
            _LOGGER.error("an answer cannot be read: %s", error)
            return False
        if found is None:
            return False
        name, content = found
        if name.number in self._given or name.number in self._waiting:
            self._given.discard(name.number)
            with suppress(ValueError):
                self._waiting.remove(name.number)
            self._answered(name.number, content)
        return True
