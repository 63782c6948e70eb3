"""A side of the proof of isolation, in a process of its own: ``python -m tests.prove.sides NAME NICE``; prints its URL.

``healthy`` answers after ten milliseconds, each path as its API does; every other name is a behaviour of
tests/functional/sick.py. Those run at the lowest priority: they stand for another machine, whose work takes no
processor time from this one.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Final

import uvloop

from tests.functional.sick import ANSWER, BODY, SICK, side

# PHP takes longer; without any time of its own, the machine's noise would be all that is measured.
WORK: Final = 0.01
NEW_BODY: Final = b'["Distinct"]'
"""What the new API says where PHP says ``BODY``."""
NEW_ANSWER: Final = ANSWER.replace(BODY, NEW_BODY).replace(b": %d" % len(BODY), b": %d" % len(NEW_BODY))


class _Healthy(asyncio.Protocol):
    """Answers every request, pipelined or not."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]  # uvloop has its own classes
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole head."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            answer = ANSWER if head.startswith(b"GET /api/") else NEW_ANSWER
            asyncio.get_running_loop().call_later(WORK, self._transport.write, answer)


async def _healthy() -> None:
    server = await asyncio.get_running_loop().create_server(_Healthy, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    _tell(f"http://{host}:{port}")
    await server.serve_forever()


def _tell(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until killed."""
    name, nice = sys.argv[1], int(sys.argv[2])
    os.nice(nice)
    if name == "healthy":
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_healthy())
    with side(SICK[name]) as url:
        _tell(url)
        threading.Event().wait()


if __name__ == "__main__":
    main()
