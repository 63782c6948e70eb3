"""Ask one side once and keep what it answered as a value, whatever happens."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Final, Protocol

import httpx

from config import text
from diffing.model import Headers, Observation
from proxy.message.fields import to_bytes, to_text
from proxy.outbound.transport import SideAnswer, Transport
from proxy.runtime.pace import Pace

TIMEOUT = "timeout"
TOO_LARGE = "too_large"
# Not an error of a side: there was no room to keep its answer for comparing.
NOT_KEPT = "not_kept"
UNPACED: Final = Pace()
NOT_RECORDED: Final = Observation(None, (), b"", error="not recorded")
"""What a recorded server answers to what it does not know."""
# Fields of one hop (RFC 9110, 7.6.1), those that only a proxy or a server reads, and the rehearsal's.
HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"proxy-connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"expect",
        b"parity-shadow",
        b"parity-tell",
    }
)


class Hash(Protocol):
    """What hashlib gives."""

    def hexdigest(self) -> str:
        """The digest in hexadecimal digits."""


class _NoRoom(Exception):
    """There is no room for an answer."""


def digest_of(size: int, hashed: Hash) -> bytes:
    """What is kept of a body that is too long to be kept: length and hash, which are compared instead."""
    return b"%d bytes, sha256 %s" % (size, hashed.hexdigest().encode())


async def observe(
    side: Transport,
    method: str,
    target: bytes,
    headers: Headers = (),
    body: bytes = b"",
    *,
    deadline: float = 60.0,
    body_cap: int = 64 * 1024 * 1024,
    digest: bool = False,
    pace: Pace = UNPACED,
    fits: Callable[[int], bool] = lambda _size: True,
) -> Observation:
    """Send one request to a side. Returns the observation: an answer, or an error; never an exception.

    Args:
        target: Path and query byte for byte.
        headers: Pairs to send.
        deadline: Seconds for the whole exchange.
        body_cap: Most bytes of an answer's body that are kept; a longer one is an error, and is not read where its
            length is said before.
        pace: How many bytes of answers are read in a second; the sender has to wait.
        digest: Of a longer body, read on for its length and hash, which then are the body.
        fits: Whether there is room for so many bytes more of an answer; one for which there is none is an error.
    """
    started = time.perf_counter()
    status: int | None = None
    answered: Headers = ()
    chunks: list[bytes] = []
    hashed = hashlib.sha256() if digest else None
    error: str | None = None
    try:
        async with asyncio.timeout(deadline):
            response = await side.ask(method, target, to_bytes(headers), body)
            try:
                status = response.status
                answered = to_text(response.fields)
                size = _promised(method, status, answered) if hashed is None else 0
                if size <= body_cap:
                    size = await _collect(response, chunks, body_cap, hashed, pace, fits)
                if size > body_cap:
                    error = TOO_LARGE
                    chunks = [digest_of(size, hashed)] if hashed is not None else chunks
            finally:
                await response.aclose()
    except _NoRoom:
        error = NOT_KEPT
        chunks.clear()
    except (TimeoutError, httpx.TimeoutException):
        error = TIMEOUT
    except httpx.TransportError as failure:
        error = text.clean(f"connection: {failure}", text.SENTENCE)
    return Observation(
        status=status,
        headers=answered,
        body=b"".join(chunks),
        seconds=time.perf_counter() - started,
        error=error,
    )


def _promised(method: str, status: int, headers: Headers) -> int:
    """The length that an answer says it will have; 0 where it says nothing, or has no body all the same."""
    if method == "HEAD" or status in (204, 304):
        return 0
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    return int(length) if length.isdecimal() else 0


async def _collect(
    response: SideAnswer,
    chunks: list[bytes],
    cap: int,
    hashed: "hashlib._Hash | None",
    pace: Pace,
    fits: Callable[[int], bool],
) -> int:
    """Read a body; gives its length, or one above the cap when it was not read to its end."""
    size = 0
    async for chunk in response:
        if pace is not UNPACED:
            await pace.turn(len(chunk))
        size += len(chunk)
        if hashed is not None:
            hashed.update(chunk)
        if size <= cap:
            if not fits(len(chunk)):
                raise _NoRoom
            chunks.append(chunk)
        elif hashed is None:
            break
    return size
