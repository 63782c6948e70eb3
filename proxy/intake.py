"""Request bodies: their beginning is kept, the rest stays with the client until the side reads on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
from starlette.types import Receive


class ClientGone(Exception):
    """The client went away before it had its answer."""


class BodyRefused(Exception):
    """A request body that is longer than what is accepted, or comes too slowly; nothing was answered yet.

    Args:
        slow: It is too slow, else too long.
    """

    def __init__(self, slow: bool) -> None:
        super().__init__("slow" if slow else "long")
        self.slow = slow


@dataclass(frozen=True, slots=True)
class Intake:
    """A request body: whole, or its beginning.

    Args:
        start: The bytes received so far.
        complete: Whether that is all.
        most: Longest body that is accepted.
        patience: Seconds that may pass between its pieces.
    """

    start: bytes
    complete: bool
    most: int = 2**63
    patience: float | None = None


async def take_in(receive: Receive, keep: int, most: int = 2**63, patience: float | None = None) -> Intake:
    """Receive a body until it ends or is longer than what is kept.

    Args:
        receive: ASGI's.
        keep: Bytes that are kept.
        most: Longest body that is accepted.
        patience: Seconds that may pass until that much has come.

    Returns:
        What was received.

    Raises:
        ClientGone: The client went away.
        BodyRefused: The body comes too slowly.
    """
    try:
        async with asyncio.timeout(patience):
            start, complete = await _beginning(receive, min(keep, most))
    except TimeoutError as error:
        raise BodyRefused(slow=True) from error
    if len(start) > most:
        raise BodyRefused(slow=False)
    return Intake(start, complete, most, patience)


async def _beginning(receive: Receive, most: int) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body, True
    parts = [body]
    size = len(body)
    while size <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            return b"".join(parts), True
    return b"".join(parts), False


class Rest(httpx.AsyncByteStream):
    """The start of a body and, as the side reads on, the rest of it: a slow side slows the client down."""

    def __init__(self, intake: Intake, receive: Receive) -> None:
        self._intake = intake
        self._receive = receive
        self.gone = False
        self.refused: BodyRefused | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._intake.start
        size = len(self._intake.start)
        more = True
        while more:
            try:
                async with asyncio.timeout(self._intake.patience):
                    message = await self._receive()
            except TimeoutError as error:
                self.refused = BodyRefused(slow=True)
                raise self.refused from error
            size += len(message.get("body", b""))
            if size > self._intake.most:
                self.refused = BodyRefused(slow=False)
                raise self.refused
            if message["type"] == "http.disconnect":
                # Raised within the client library, which tells of it as a failure of its own.
                self.gone = True
                raise ClientGone
            if message.get("body"):
                yield message["body"]
            more = message.get("more_body", False)
