"""A side that answers ``{"a":1}``, or below ``/data/70N`` a document of one key of N MiB that is never the same."""

import asyncio
import re
import sys

_LONG = re.compile(rb"/data/70([1-9])[ /]")


class _Side(asyncio.Protocol):
    number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]  # it is a stream
        self._buffer = b""
        self._missing = 0

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._buffer += data
        while self._buffer:
            taken = min(self._missing, len(self._buffer))
            self._missing -= taken
            self._buffer = self._buffer[taken:]
            if self._missing or b"\r\n\r\n" not in self._buffer:
                return
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            self._missing = int(length[1]) if length else 0
            body = self._body(head.partition(b"\r\n")[0])
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def _body(self, line: bytes) -> bytes:
        long = _LONG.search(line)
        if long is None:
            return b'{"a":1}'
        _Side.number += 1
        return b'{"%d%s":1}' % (_Side.number, b"k" * (int(long[1]) * 1024 * 1024))


async def serve() -> None:
    """Serve on a free port until killed."""
    server = await asyncio.get_running_loop().create_server(_Side, "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """The main function of the process."""
    asyncio.run(serve())
