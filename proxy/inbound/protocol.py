"""HTTP/1 with clients, one request at a time, with limits that hold while it is still coming.

What is read is the head (``head``) and the framing of the body (``chunks``); what stands behind a request stays bytes
until that request is answered. What cannot be read never reaches the application; ``refused`` counts it.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final

from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from config.settings import Limits, Timeouts
from proxy.inbound.chunks import Body, body_of
from proxy.inbound.cycle import Cycle
from proxy.inbound.guard import CROWDED, FULL, SLOW_HEAD, Refusal, refusal
from proxy.inbound.head import BAD, END, Head, HeadReader, Refused
from proxy.inbound.rounds import Rounds
from proxy.inbound.scope import scope_of
from proxy.inbound.turns import Turns
from proxy.inbound.unread import Unread
from proxy.runtime.capture_budget import CaptureBudget

# A client that still sends is listened to for so long after the last answer: a reset would take the answer with it.
_LINGER: Final = 2.0
_LINGER_BYTES: Final = 1024 * 1024
# So much is held for any client, however little room there is: an ordinary head never finds none.
_SMALL: Final = 16 * 1024
# Who sends more at once than this is read from again in one of the next rounds, so many clients in each.
_MUCH: Final = 32 * 1024
_EACH: Final = 4


class FrontProtocol(asyncio.Protocol):
    """One connection of a client; ``front`` makes the class with its limits.

    Args:
        config: Of the server.
        server_state: All connections and tasks of the server.
        app_state: What the application's lifespan left.
    """

    limits: ClassVar[Limits] = Limits()
    timeouts: ClassVar[Timeouts] = Timeouts()
    budget: ClassVar[CaptureBudget] = CaptureBudget()
    turns: ClassVar[Turns] = Turns(Limits().pipelined)
    rounds: ClassVar[Rounds] = Rounds(_EACH)
    refused: ClassVar[Callable[[], None]] = staticmethod(lambda: None)
    # Connections on which nothing is under way, the longest silent one first: they make place for others.
    silent: ClassVar[dict["FrontProtocol", None]] = {}

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._server = server_state
        self._app = config.loaded_app
        self._state = app_state
        self._idle = config.timeout_keep_alive
        self._loop = _loop or asyncio.get_running_loop()
        self._reader = HeadReader(self.limits)
        self._body: Body | None = None
        self._cycle: Cycle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._local: tuple[str, int | None] | None = None
        self._in_head = self._rests = False
        self._deaf = self._eof = False
        self._held = self._unheard = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to wait for a head, or turn the connection away."""
        self._transport = transport
        self._flow = FlowControl(transport)
        self._unread = Unread(transport, self.timeouts.client)
        # Of whoever has gone it cannot be told any more; our own address can, once somebody asks something.
        self._remote = get_remote_addr(transport)
        self._server.connections.add(self)  # type: ignore[arg-type]  # uvicorn knows its own two only
        if len(self._server.connections) > self.limits.connections:
            if not self.silent:
                self._refuse(FULL, counted=False)
                return
            next(iter(self.silent)).shutdown()
        self.silent[self] = None
        self._wait(self.timeouts.head, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the loop passes it
        """Tell the application, and hold nothing any longer."""
        self._server.connections.discard(self)
        self._leave_lines()
        self._stop_waiting()
        self._unread.end()
        self._reader.clear()
        self._account(0)
        if self._cycle is not None:
            self._cycle.leave()
        self._flow.resume_writing()

    def eof_received(self) -> bool:
        """A client may say that it sends no more and still wait for its answer."""
        self._eof = True
        if self._deaf:
            return False
        if self._answering():
            # Without the rest of its body the request is none.
            return self._body is None
        if len(self._reader):
            self._refuse(BAD)
            return True
        return False

    def data_received(self, data: bytes) -> None:
        """Take more of a body, or of the next head."""
        if self._deaf:
            self._unheard += len(data)
            if self._unheard > _LINGER_BYTES:
                self._flow.pause_reading()
            return
        if len(data) > _MUCH and self._is_long_head(data):
            # What it costs to read such a head, or to refuse it, others do not wait for.
            if self._account(len(self._reader) + len(data)):
                self._rest(partial(self._take, data))
            else:
                self._account(len(self._reader))
                self._rest(partial(self._refuse, CROWDED))
            return
        self._take(data)

    def _is_long_head(self, data: bytes) -> bool:
        return self._body is None and not self._answering() and data.find(END, 0, _SMALL) < 0

    def _take(self, data: bytes) -> None:
        try:
            rest = data if self._body is None else self._take_body(data)
            if rest:
                self._reader.add(rest)
            self._advance()
        except Refused as refused:
            self._refuse(refused.refusal)
            return
        if not self._account(len(self._reader) + (self._cycle.waiting if self._cycle else 0)):
            self._crowded()
        if len(data) > _MUCH and not self._deaf:
            self._rest(self._rested)

    def _rest(self, then: Callable[[], None]) -> None:
        self._rests = True
        self._flow.pause_reading()
        self.rounds.wait(self, then)

    def _rested(self) -> None:
        self._rests = False
        # Where the application has not taken all, it says when it wants more.
        if self._cycle is None or not self._cycle.waiting:
            self._read_on()

    def _read_on(self) -> None:
        """Read from the client, unless what it has sent must be taken first."""
        waits = self._answering() and self._far_ahead()
        if not (waits or self._eof or self._rests or self._transport.is_closing()):
            self._flow.resume_reading()

    def _far_ahead(self) -> bool:
        """Much stands behind a request; of whoever has sent little more, it is seen when he leaves."""
        return len(self._reader) > _SMALL

    def _take_body(self, data: bytes) -> bytes:
        assert self._body is not None
        assert self._cycle is not None
        piece, rest = self._body.take(data)
        over = self._body.over
        if over:
            self._body = None
        self._cycle.feed(piece, over=over)
        if self._cycle.enough and not over:
            self._flow.pause_reading()
        return rest

    def _advance(self, *, waited: bool = True) -> None:
        """Begin with the next request, once its head is there and all before it are answered."""
        if self._answering():
            if self._far_ahead():
                self._flow.pause_reading()
            return
        head = self._reader.head()
        if head is not None:
            self._begin(head, waited=waited)
        elif len(self._reader) and not self._in_head:
            self._in_head = True
            self.silent.pop(self, None)
            self._wait(self.timeouts.head, self._too_slow)

    def _begin(self, head: Head, *, waited: bool) -> None:
        self._stop_waiting()
        self.silent.pop(self, None)
        self._in_head = False
        found = refusal(head.method, head.target, head.fields, self.limits, head.version)
        # What is refused is the last request of its connection: where it ends is not looked for.
        body = body_of(head.fields, self.limits) if found is None else None
        bodiless = body is None or body.over
        self._local = self._local or get_local_addr(self._transport)
        cycle = Cycle(
            scope_of(head, found, bodiless, self._local, self._remote, self._state),
            self._transport,
            self._flow,
            continues=head.version == "1.1" and any(name == b"expect" for name, _ in head.fields),
            want=self._want,
            done=self._answered,
        )
        cycle.keep_alive = found is None and head.version == "1.1" and not head.is_last
        self._cycle = cycle
        if bodiless:
            cycle.feed(b"", over=True)
        else:
            self._body = body
        # One with others behind it does not wait for its answer either.
        if waited and (self._body is not None or not len(self._reader)):
            self._run(cycle)
        else:
            self.turns.take(self, lambda: self._run(cycle))
        if self._body is not None and (rest := self._reader.rest()):
            rest = self._take_body(rest)
            self._reader.add(rest)
        if self._far_ahead():
            self._flow.pause_reading()

    def _run(self, cycle: Cycle) -> asyncio.Task[None]:
        cycle.begun = True
        task = self._loop.create_task(cycle.run(self._app), name="request")
        task.add_done_callback(self._server.tasks.discard)
        self._server.tasks.add(task)
        return task

    def _want(self) -> None:
        """The application waits for the client: for its body, or for its leaving."""
        if self._cycle is not None:
            self._account(len(self._reader) + self._cycle.waiting)
        self._read_on()

    def _answering(self) -> bool:
        return self._cycle is not None and not self._cycle.complete

    def _answered(self) -> None:
        """An answer is complete: go on with the next request, or end."""
        assert self._cycle is not None
        self._server.total_requests += 1
        if self._transport.is_closing():
            return
        if self._body is not None or not self._cycle.keep_alive:
            self._close()
            return
        try:
            self._advance(waited=not len(self._reader))
        except Refused as refused:
            self._refuse(refused.refusal)
            return
        self._account(len(self._reader))
        if self._answering():
            return
        if self._eof and len(self._reader):
            self._refuse(BAD)
            return
        if self._eof:
            self._close()
            return
        self._read_on()
        if not self._in_head:
            self.silent[self] = None
            self._wait(self._idle, self._close)

    def _refuse(self, refused: Refusal, *, counted: bool = True) -> None:
        """Answer what cannot be read, without touching the answers before it, and end."""
        self._stop_waiting()
        known = False
        if self._answering():
            assert self._cycle is not None
            # It is the body of a request; where the application has that, it counts it.
            known = self._cycle.begun
            self._cycle.leave(None if self._cycle.started else refused)
            if self._cycle.started:
                self._transport.close()
                return
        if counted and not known:
            type(self).refused()
        self._transport.write(refused.written())
        self._close()

    def _crowded(self) -> None:
        """Too much is held for all clients together: what came last goes."""
        if not self._answering():
            self._refuse(CROWDED)
        elif self._body is not None:
            self._flow.pause_reading()
        elif self._cycle is not None:
            # The requests behind the one that is being answered.
            self._cycle.keep_alive = False
            self._reader.clear()
            self._account(0)

    def _account(self, held: int) -> bool:
        """Note how much is held for this client; whether there is room for it."""
        more = held - self._held
        fits = held <= max(_SMALL, self._held) or self.budget.held + more <= self.budget.most
        self.budget.give(-more)
        self._held = held
        return fits

    def _close(self) -> None:
        """End the connection; a client that may still be sending is not listened to, but not reset at once."""
        self._deaf = True
        self._leave_lines()
        self._reader.clear()
        self._account(0)
        if self._eof or self._transport.is_closing():
            self._transport.close()
            self._wait(self.timeouts.client, self._transport.abort)
            return
        self._transport.write_eof()
        self._flow.resume_reading()
        self._wait(_LINGER, self._end)

    def _end(self) -> None:
        self._transport.close()
        # What a client does not read is not kept for it for ever.
        self._wait(self.timeouts.client, self._transport.abort)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        self._timer = self._loop.call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        if len(self._reader):
            self._refuse(SLOW_HEAD)
        else:
            self._close()

    def shutdown(self) -> None:
        """The server stops: what is under way is answered, and nothing else."""
        if self._answering():
            assert self._cycle is not None
            self._cycle.keep_alive = False
            return
        self._leave_lines()
        self._transport.close()

    def _leave_lines(self) -> None:
        self.silent.pop(self, None)
        self.turns.leave(self)
        self.rounds.leave(self)

    def pause_writing(self) -> None:
        """The client reads slowly."""
        self._unread.begin()
        self._flow.pause_writing()

    def resume_writing(self) -> None:
        """The client has read."""
        self._unread.end()
        self._flow.resume_writing()


def front(limits: Limits, timeouts: Timeouts, refused: Callable[[], None]) -> type[FrontProtocol]:
    """The protocol of a listener.

    Args:
        limits: What is accepted of a client.
        timeouts: How long it may take.
        refused: Called for each request that is refused here.
    """
    return type(
        "Front",
        (FrontProtocol,),
        {
            "limits": limits,
            "timeouts": timeouts,
            "budget": CaptureBudget(limits.held_bytes),
            "turns": Turns(limits.pipelined),
            "rounds": Rounds(_EACH),
            "silent": {},
            "refused": staticmethod(refused),
        },
    )
