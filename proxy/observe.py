"""Ask one side once and keep what it answered as a value, whatever happens."""

import asyncio
import time

import httpx

from diffing.model import Headers, Observation
from proxy.upstream import SEAM_URL

TIMEOUT = "timeout"
TOO_LARGE = "too_large"


async def observe(
    side: httpx.AsyncBaseTransport,
    method: str,
    target: bytes,
    headers: Headers = (),
    body: bytes = b"",
    *,
    deadline: float = 60.0,
    body_cap: int = 64 * 1024 * 1024,
) -> Observation:
    """Send one request to a side.

    Args:
        side: The side's transport.
        method: The method.
        target: Path and query byte for byte.
        headers: Pairs to send.
        body: The body to send.
        deadline: Seconds for the whole exchange.
        body_cap: Most bytes of an answer's body that are kept; a longer one is an error.

    Returns:
        The observation: an answer, or an error as design §2 has it; never an exception.
    """
    request = httpx.Request(
        method,
        SEAM_URL,
        headers=[(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers],
        stream=httpx.ByteStream(body),
        extensions={"target": target},
    )
    started = time.perf_counter()
    status: int | None = None
    answered: Headers = ()
    chunks: list[bytes] = []
    error: str | None = None
    try:
        async with asyncio.timeout(deadline):
            response = await side.handle_async_request(request)
            try:
                status = response.status_code
                answered = header_pairs(response)
                if not await _collect(response, chunks, body_cap):
                    error = TOO_LARGE
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        error = TIMEOUT
    except httpx.TransportError as failure:
        error = f"connection: {failure}"
    return Observation(
        status=status,
        headers=answered,
        body=b"".join(chunks),
        seconds=time.perf_counter() - started,
        error=error,
    )


def header_pairs(response: httpx.Response) -> Headers:
    """An answer's headers as text pairs, in the order received, duplicates kept."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)


async def _collect(response: httpx.Response, chunks: list[bytes], cap: int) -> bool:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    size = 0
    async for chunk in response.stream:
        size += len(chunk)
        if size > cap:
            return False
        chunks.append(chunk)
    return True
