"""A server with one file, in a process of its own at the lowest priority: it stands for another machine.

``python -m tests.functional.elsewhere SECONDS BYTES`` answers each request after so long with so much; ``/most`` tells
how many it answered at a time.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Final

HEAD: Final = b"@relation pond\n@attribute depth numeric\n@data\n"
LINE: Final = b"1.5\n"
_PIECE: Final = 64 * 1024


class _Elsewhere:
    def __init__(self, seconds: float, length: int) -> None:
        self._seconds = seconds
        self._length = length // _PIECE * _PIECE
        self._under_way = 0
        self._most = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            asked = await reader.readuntil(b"\r\n\r\n")
            if asked.startswith(b"GET /most "):
                told = b"%d" % self._most
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told))
            else:
                await self._file(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _file(self, writer: asyncio.StreamWriter) -> None:
        self._under_way += 1
        self._most = max(self._most, self._under_way)
        try:
            await asyncio.sleep(self._seconds)
            length = len(HEAD) + self._length
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % length
            )
            writer.write(HEAD)
            for _ in range(self._length // _PIECE):
                writer.write(LINE * (_PIECE // len(LINE)))
                await writer.drain()
        finally:
            self._under_way -= 1


async def _serve(seconds: float, length: int) -> None:
    server = await asyncio.start_server(_Elsewhere(seconds, length).answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    sys.stdout.write(f"listening on http://{host}:{port}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    os.nice(19)
    asyncio.run(_serve(float(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
