"""Request bodies: their beginning is kept, the rest stays with the client until the side reads on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.types import Receive

from proxy.inbound.cycle import REFUSED
from proxy.inbound.guard import Refusal
from proxy.runtime.capture_budget import CaptureBudget


class ClientGone(Exception):
    """The client went away before it had its answer. ``refused``: why its connection was ended with an answer: its
    body was not framed as it must be.
    """

    def __init__(self, refused: Refusal | None = None) -> None:
        super().__init__()
        self.refused = refused


class BodyRefused(Exception):
    """A request body that is longer than what is accepted, or comes too slowly; nothing was answered yet. ``slow``: it
    is too slow, else too long.
    """

    def __init__(self, slow: bool) -> None:
        super().__init__("slow" if slow else "long")
        self.slow = slow


@dataclass(frozen=True, slots=True)
class Terms:
    """What is accepted of a body.

    Args:
        keep: Bytes of its beginning that are kept.
        most: Longest body.
        gap: Seconds that may pass between its pieces.
        total: Seconds that may pass until it is whole.
        budget: What all bodies that are kept may hold together.
    """

    keep: int = 2**63
    most: int = 2**63
    gap: float | None = None
    total: float | None = None
    budget: CaptureBudget = field(default_factory=CaptureBudget)


@dataclass(frozen=True, slots=True)
class RequestBody:
    """A request body: whole, or its beginning.

    Args:
        start: The bytes received so far.
        complete: Whether that is all.
        terms: What is accepted of the rest.
        until: When the rest must have come, by the loop's clock.
        crowded: It was not kept because there was no room.
    """

    start: bytes
    complete: bool
    terms: Terms = Terms()
    until: float | None = None
    crowded: bool = False

    def forget(self) -> None:
        """Make room; the bytes are held by whoever still wants them."""
        self.terms.budget.give(len(self.start))


async def take_in(receive: Receive, terms: Terms) -> RequestBody:
    """Receive a body until it ends or is longer than what is kept. ``receive``: ASGI's. ``terms``: what is accepted.
    Returns what was received; it holds room until it is forgotten.

    Raises:
        ClientGone: The client went away.
        BodyRefused: The body is too long, or comes too slowly.
    """
    until = None if terms.total is None else asyncio.get_running_loop().time() + terms.total
    parts: list[bytes] = []
    size = held = 0
    more, fits = True, True
    try:
        while more and fits and size <= min(terms.keep, terms.most):
            piece, more = await _piece(receive, terms, until)
            parts.append(piece)
            size += len(piece)
            fits = terms.budget.take(len(piece))
            held += len(piece) if fits else 0
        if size > terms.most:
            raise BodyRefused(slow=False)
    except BaseException:
        terms.budget.give(held)
        raise
    # The piece that found no room is there all the same; so long as it is, it counts.
    terms.budget.held += size - held
    return RequestBody(b"".join(parts), not more, terms, until, crowded=not fits and more)


async def _piece(receive: Receive, terms: Terms, until: float | None) -> tuple[bytes, bool]:
    """The next bytes of a body, and whether more follow."""
    gap = terms.gap
    if until is not None:
        left = until - asyncio.get_running_loop().time()
        gap = left if gap is None else min(gap, left)
    try:
        async with asyncio.timeout(gap):
            message = await receive()
    except TimeoutError as error:
        raise BodyRefused(slow=True) from error
    if message["type"] == "http.disconnect":
        raise ClientGone(message.get(REFUSED))
    return message.get("body", b""), message.get("more_body", False)


class Rest:
    """The start of a body and, as the side reads on, the rest of it: a slow side slows the client down. ``receive``:
    ASGI's.
    """

    def __init__(self, request_body: RequestBody, receive: Receive) -> None:
        self._request_body = request_body
        self._receive = receive
        self.gone: ClientGone | None = None
        self.refused: BodyRefused | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        terms, size = self._request_body.terms, len(self._request_body.start)
        yield self._request_body.start
        more = True
        while more:
            try:
                piece, more = await _piece(self._receive, terms, self._request_body.until)
                size += len(piece)
                if size > terms.most:
                    raise BodyRefused(slow=False)
            except BodyRefused as refused:
                # Raised within the transport, which tells of it as a failure of its own.
                self.refused = refused
                raise
            except ClientGone as gone:
                self.gone = gone
                raise
            if piece:
                yield piece
