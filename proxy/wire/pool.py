"""The connections to a side: how many there may be, which are kept, and when a request is sent once more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx

from proxy.wire.connection import Wire, WireRequest, scratch
from proxy.wire.dial import Dial
from proxy.wire.slots import Slots

# Seconds that a connection is kept without a request.
_KEPT: Final = 15.0


class Pool:
    """The connections to one side.

    Args:
        most: Connections at a time.
        connect: Seconds to wait for one.
        first: Seconds to wait for the beginning of an answer.
        gap: Seconds to wait for more of it.
        reuse: Keep them for further requests.
    """

    def __init__(
        self, url: httpx.URL, *, most: int, connect: float, first: float, gap: float, reuse: bool
    ) -> None:
        read = scratch()
        self._dial = Dial(url, lambda: Wire(self._gone, first, gap, read))
        self._connect = connect
        self._reuse = reuse
        self._slots = Slots(most)
        # The last one that was used is the next one.
        self._kept: list[Wire] = []
        self._wires: set[Wire] = set()
        self._none_left = asyncio.Event()
        self._closed = False

    async def answered(self, asking: WireRequest) -> Wire:
        """Send a request; gives the connection on which the head of its answer has come, until it is released. Raises
        httpx.TransportError: no answer came.
        """
        wire = await self._wire()
        try:
            try:
                await wire.ask(asking)
            except httpx.ReadError:
                # The side may have closed a kept connection before it saw the request.
                if not (wire.kept and asking.repeatable) or wire.heard:
                    raise
                async with self._in_time():
                    wire = await self._connected()
                await wire.ask(asking)
        except BaseException:
            self.release(wire)
            raise
        return wire

    def release(self, wire: Wire) -> None:
        """End an exchange: its connection is kept, or closed when its answer has not come to its end."""
        if self._reuse and wire.keep(_KEPT):
            self._kept.append(wire)
        else:
            wire.close()
        self._slots.give_back()

    async def aclose(self) -> None:
        """Close all connections; no other is made."""
        self._closed = True
        while self._wires:
            self._none_left.clear()
            for wire in tuple(self._wires):
                wire.close()
            await self._none_left.wait()

    async def _wire(self) -> Wire:
        """A kept connection or a new one, and the right to use it."""
        free = self._slots.take_free()
        if free and (kept := self._last_kept()) is not None:
            # Nobody waits here, so it takes no time that would have to be bounded.
            return kept
        async with self._in_time():
            if not free:
                await self._slots.take()
            try:
                return self._last_kept() or await self._connected()
            except BaseException:
                self._slots.give_back()
                raise

    async def _connected(self) -> Wire:
        wire = await self._dial.connect()
        # One that has ended already is never heard of again.
        if wire.open:
            self._wires.add(wire)
        if self._closed:
            wire.close()
            raise httpx.ConnectError("all connections are closed")
        return wire

    def _last_kept(self) -> Wire | None:
        while self._kept:
            wire = self._kept.pop()
            if wire.open:
                return wire
        return None

    def _gone(self, wire: Wire) -> None:
        self._wires.discard(wire)
        if wire in self._kept:
            self._kept.remove(wire)
        if not self._wires:
            self._none_left.set()

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._connect):
                yield
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
