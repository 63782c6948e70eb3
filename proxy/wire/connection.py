"""One connection to a side."""

import asyncio
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from typing import Final

import httpx
from uvicorn.protocols.http.flow_control import FlowControl

from proxy.wire.answer import Answer

# So many bytes of a body wait for the reader before the side has to.
_ENOUGH: Final = 65536


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as it goes on the wire.

    Args:
        body: Its body, whole or as it comes.
        length: Of a body that comes, how long it will be; None sends it in chunks.
        bodiless: The answer has no body, whatever it says.
        repeatable: It may be sent again when a kept connection ended before anything of an answer came.
    """

    head: bytes
    body: bytes | AsyncIterable[bytes]
    length: int | None
    bodiless: bool
    repeatable: bool


def scratch() -> memoryview:
    """What the connections of one event loop read into, one after the other.

    Of each answer that its client does not read, some pieces wait on their way; so they are short.
    """
    return memoryview(bytearray(_ENOUGH))


class Wire(asyncio.BufferedProtocol):
    """One connection to a side, for one exchange at a time.

    Args:
        gone: Called once the connection has ended.
        first: Seconds to wait for the beginning of an answer, once the request is sent.
        gap: Seconds to wait for more of it.
        read: What it reads into (``scratch``).
    """

    def __init__(
        self, gone: Callable[["Wire"], None], first: float, gap: float, read: memoryview | None = None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._read = read if read is not None else scratch()
        self._gone, self._first, self._gap = gone, first, gap
        self._answer: Answer | None = None
        self._news: asyncio.Future[None] | None = None
        self._error: httpx.TransportError | None = None
        self._sending: asyncio.Task[None] | None = None
        self._sent = True
        self._alarm: asyncio.TimerHandle | None = None
        self._due = self._rings = float("inf")
        self._open = False
        # It has had an exchange before; something came in this one.
        self.kept = self.heard = False

    @property
    def open(self) -> bool:
        """It can be written to."""
        return self._open and not self._transport.is_closing()

    @property
    def answer(self) -> Answer:
        """The answer of the exchange that is under way."""
        assert self._answer is not None
        return self._answer

    @property
    def over(self) -> bool:
        """The whole answer has been read."""
        return self.answer.whole and not self.answer.waiting

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is no pipe
        """Begin."""
        self._transport = transport
        self._flow = FlowControl(transport)
        self._open = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._end(exc)
        self.close()
        self._gone(self)

    def eof_received(self) -> None:
        """The side sends no more; nothing is sent to it any longer."""
        self._end(None)
        self.close()

    def _end(self, exc: Exception | None) -> None:
        if self._answer is None or self._error is not None:
            return
        if exc is None and self._answer.end():
            self._wake()
        elif not self._answer.whole:
            how = "ended" if exc is None else "broke"
            self._fail(
                httpx.ReadError(f"the connection {how} {'within the' if self.heard else 'before an'} answer")
            )

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # the loop passes it
        """Where the next bytes go."""
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        """Take more of the answer; what nobody asked for ends the connection."""
        data = bytes(self._read[:nbytes])
        answer = self._answer
        if answer is None or answer.whole or not self.open:
            self.close()
            return
        self.heard = True
        try:
            answer.feed(data)
        except httpx.RemoteProtocolError as error:
            self._fail(error)
            self.close()
            return
        if answer.whole:
            self._expect(None)
        elif answer.waiting >= _ENOUGH:
            self._flow.pause_reading()
            self._expect(None)
        elif answer.begun:
            self._expect(self._gap)
        else:
            self._wait_for_head()
        self._wake()

    async def ask(self, asking: WireRequest) -> Answer:
        """Send a request and wait for the head of its answer. Raises httpx.TransportError: None came."""
        self._answer = answer = Answer(bodiless=asking.bodiless)
        self._error = None
        self.heard = False
        self._expect(None)
        if not self.open:
            self._end(None)
        elif isinstance(asking.body, bytes):
            # Only what is short is worth a copy.
            short = len(asking.body) <= _ENOUGH
            self._transport.write(asking.head + asking.body if short else asking.head)
            if not short:
                self._transport.write(asking.body)
            self._wait_for_head()
        else:
            self._sent = False
            self._transport.write(asking.head)
            sending = self._send(asking.body, asking.length)
            self._sending = self._loop.create_task(sending, name="request body")
        # What is no HTTP spoils the head that came with it; where the connection ended behind one, that is an answer.
        while not answer.begun or isinstance(self._error, httpx.RemoteProtocolError):
            await self._more()
        return answer

    async def read(self) -> bytes:
        """More of the answer's body; nothing at its end. Raises httpx.TransportError: it does not come."""
        answer = self.answer
        while not answer.waiting and not answer.whole:
            await self._more()
        found = answer.take()
        if self.open and self._flow.read_paused:
            self._flow.resume_reading()
            self._expect(self._gap)
        return found

    def keep(self, seconds: float) -> bool:
        """End the exchange; whether there may be another, within so many seconds."""
        ready = self.open and self._sent and self.answer.whole and self.answer.reusable
        if ready:
            self._answer = None
            self.kept = True
            self._expect(seconds)
        return ready

    def close(self) -> None:
        """End the connection at once."""
        if not self._open:
            return
        self._open = False
        if self._sending is not None:
            self._sending.cancel()
        if self._alarm is not None:
            self._alarm.cancel()
        self._transport.abort()

    def pause_writing(self) -> None:
        """The side reads slowly."""
        self._flow.pause_writing()

    def resume_writing(self) -> None:
        """The side has read."""
        self._flow.resume_writing()
        self._wait_for_head()

    async def _send(self, body: AsyncIterable[bytes], length: int | None) -> None:
        try:
            async for piece in body:
                if length is None:
                    piece = b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""
                else:
                    length -= len(piece)
                    if length < 0:
                        raise ValueError("the body is longer than it said")
                if not self.open:
                    return
                self._transport.write(piece)
                if self._flow.write_paused:
                    await self._flow.drain()
            if length:
                raise ValueError("the body is shorter than it said")
            if length is None and self.open:
                self._transport.write(b"0\r\n\r\n")
            self._sent = True
            self._wait_for_head()
        except Exception as error:
            # Whatever the body's source raised. An answer that has begun does not need the rest.
            if not self.answer.begun:
                failure = httpx.WriteError("the body of the request did not come to its end")
                failure.__cause__ = error
                self._fail(failure)

    def _wait_for_head(self) -> None:
        """Begin to count, once all of the request is on its way."""
        answer = self._answer
        if self._sent and not self._flow.write_paused and answer is not None and not answer.begun:
            self._expect(self._first)

    async def _more(self) -> None:
        if self._error is None:
            self._news = self._loop.create_future()
            try:
                await self._news
            finally:
                self._news = None
        if self._error is not None:
            raise self._error

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def _fail(self, error: httpx.TransportError) -> None:
        self._error = self._error or error
        self._wake()

    def _expect(self, seconds: float | None) -> None:
        """Something must happen within so many seconds; None: whenever it likes."""
        if seconds is None or not self.open:
            self._due = float("inf")
            return
        self._due = self._loop.time() + seconds
        # One timer for many exchanges: it rings early rather than being set anew for each.
        if self._alarm is None or self._due < self._rings:
            if self._alarm is not None:
                self._alarm.cancel()
            self._set_alarm()

    def _set_alarm(self) -> None:
        self._rings = self._due
        self._alarm = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._loop.time() < self._due:
            if self._due < float("inf"):
                self._set_alarm()
            return
        if self._answer is not None:
            self._fail(httpx.ReadTimeout("no answer in time"))
        self.close()
