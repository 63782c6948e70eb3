"""Whether the sides can be reached: one line in the log when one cannot, one when it can again."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

_LOGGER = logging.getLogger(__name__)
_LOOK: Final = 0.5
_CONNECT: Final = 2.0


class ReachWatcher:
    """Tries to connect to the sides: at the start, when requests failed, and as long as one cannot be reached.

    ``sides``: URL by the name of the side. ``failed``: how many requests have failed so far for want of an answer; a
    growing number is a reason to try.
    """

    def __init__(self, sides: Mapping[str, str], failed: Callable[[], int]) -> None:
        self._sides = sides
        self._failed = failed
        self._seen = -1
        self._away: set[str] = set()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            failed = self._failed()
            if self._away or failed != self._seen:
                self._seen = failed
                await asyncio.gather(*(self._try(name, url) for name, url in self._sides.items()))
            await asyncio.sleep(_LOOK)

    async def _try(self, name: str, url: str) -> None:
        try:
            await _connected(url)
        except (OSError, TimeoutError) as error:
            if name not in self._away:
                self._away.add(name)
                _LOGGER.error("the %s side %s cannot be reached: %s", name, url, error or "no answer in time")
        else:
            if name in self._away:
                self._away.discard(name)
                _LOGGER.warning("the %s side %s can be reached again", name, url)


async def _connected(url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    async with asyncio.timeout(_CONNECT):
        _, writer = await asyncio.open_connection(parts.hostname, port)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
