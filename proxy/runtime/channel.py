"""Messages between the processes of the proxy: pickled, each behind its length, over a pair of sockets."""

import asyncio
import pickle
from typing import Any, BinaryIO, Final

_LENGTH: Final = 8


def frame(message: object) -> bytes:
    """A message on its way."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(_LENGTH) + body


async def read_frame(reader: asyncio.StreamReader) -> Any:
    """The next message of the other end; None at the end of the channel."""
    try:
        size = int.from_bytes(await reader.readexactly(_LENGTH))
        return pickle.loads(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def receive(file: BinaryIO) -> Any:
    """As ``read_frame``, for a process that does nothing else meanwhile."""
    head = file.read(_LENGTH)
    size = int.from_bytes(head)
    body = file.read(size)
    return pickle.loads(body) if len(head) == _LENGTH and len(body) == size else None
