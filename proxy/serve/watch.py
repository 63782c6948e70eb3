"""What ends a request that is under way: its client leaves, or it takes too long."""

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from proxy.inbound.request_body import ClientGone

_LATER: Final = 0.05


class Watch:
    """Cancels what is done within it when the client leaves, or when it has taken too long.

    Most requests are over at once, so watching begins a little later and costs those nothing but one timer.

    Args:
        receive: ASGI's, once the request's body has been received; None while it is read elsewhere.
        longest: Seconds that it may take; None for as many as it likes.

    Raises:
        ClientGone: The client has left.
        TimeoutError: It took too long.
    """

    __slots__ = ("_longest", "_loop", "_receive", "_serving", "_timer", "_watching", "_why")

    def __init__(self, receive: Receive | None, longest: float | None = None) -> None:
        self._receive = receive
        self._longest = longest
        self._watching: asyncio.Task[None] | None = None
        self._why: type[Exception] | None = None

    def __enter__(self) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._serving = asyncio.current_task(loop)
        soon = _LATER if self._longest is None else min(_LATER, self._longest)
        self._timer = loop.call_later(soon, self._begin)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._why is None or self._serving is None:
            return
        # Who cancels it besides, as a server that stops, is not answered for.
        if not self._serving.uncancel() and kind is asyncio.CancelledError:
            raise self._why from error

    def _begin(self) -> None:
        if self._longest is not None:
            left = self._longest - min(_LATER, self._longest)
            self._timer = self._loop.call_later(left, self._end, TimeoutError)
        if self._receive is not None:
            self._watching = self._loop.create_task(self._watch(self._receive), name="client watch")

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(ClientGone)

    def _end(self, why: type[Exception]) -> None:
        if self._why is None and self._serving is not None:
            self._why = why
            self._serving.cancel()
