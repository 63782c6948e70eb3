"""Clients that do not read their answers: whoever takes nothing of one for a while is not waited for."""

import asyncio
import fcntl
import struct
import termios
from contextlib import suppress


class Unread:
    """What was written to a client and waits until it is read. ``seconds``: that may pass without a byte of it being
    taken.
    """

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Much waits from now on."""
        self.end()
        self._look_later()

    def end(self) -> None:
        """Little waits, or nobody."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_later(self) -> None:
        self._left = self._waiting()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def _look(self) -> None:
        if self._waiting() < self._left:
            self._look_later()
        else:
            self._transport.abort()

    def _waiting(self) -> int:
        """Bytes that have not reached the client: a slow one takes long until the system has room for more of ours."""
        in_system = bytes(4)
        with suppress(OSError, AttributeError):  # not every system tells
            number = self._transport.get_extra_info("socket").fileno()
            in_system = fcntl.ioctl(number, termios.TIOCOUTQ, in_system)
        return self._transport.get_write_buffer_size() + int(struct.unpack("i", in_system)[0])
