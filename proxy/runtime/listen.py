"""Serve an ASGI application over HTTP, and say so in one line when ready."""

import asyncio
import importlib
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from config.errors import ListenError
from proxy.runtime.loop import run_loop

_BACKLOG: Final = 2048
# uvloop takes one new connection of a socket per round of its loop; who comes behind hundreds waits as many rounds.
_SOCKETS: Final = 16


class BrokenOff(Exception):
    """An application breaks off its answer: the connection is closed, so that the client sees it was cut short.

    ASGI has no other way to say so. It is not logged as a failure.
    """


def _is_failure(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], BrokenOff))


class Listener(uvicorn.Server):
    """A uvicorn server on a socket of ours.

    Args:
        app: The application.
        bound: A socket that listens already.
        ready: Called once the application has started, with the server's URL.
        lifespan: Whether the application's lifespan is run here.
        drain: Seconds that requests under way get when the server stops.
        signals: Whether SIGINT and SIGTERM stop it.
        protocol: What speaks with clients; None for uvicorn's own.
        keep_alive: Seconds that a connection may be idle.
        linger: Seconds between the signal to stop and the end of accepting.
    """

    def __init__(
        self,
        app: ASGIApp,
        bound: socket.socket,
        *,
        ready: Callable[[str], None] = lambda _url: None,
        lifespan: bool = True,
        drain: int = 10,
        signals: bool = True,
        protocol: type[asyncio.Protocol] | None = None,
        keep_alive: int = 5,
        linger: float = 0.0,
    ) -> None:
        # httptools refuses requests that a lenient parser would let a smuggler use.
        importlib.import_module("httptools")
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=protocol or "httptools",
                timeout_keep_alive=keep_alive,
                ws="none",
                lifespan="on" if lifespan else "off",
                log_level="warning",
                access_log=False,
                # Its lines go where all others go.
                log_config=None,
                server_header=False,
                # The proxy has a list of its own whom it believes.
                proxy_headers=protocol is None,
                date_header=False,
                timeout_graceful_shutdown=drain,
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_failure)
        self._bound = bound
        self._ready = ready
        self._signals = signals
        self._linger = linger
        self.leaving = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to signals, unless another server of the process does."""
        with super().capture_signals() if self._signals else nullcontext():
            yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn passes them
        """Drain at the first signal, stop at once at the second; either way it is no failure."""
        # uvicorn would raise the signal again after its shutdown, which ends the process with a failure status.
        if self.leaving:
            self.force_exit = self.should_exit
            self.should_exit = True
            return
        self.leave()

    def leave(self) -> None:
        """Stop: no longer ready at once, no longer accepting a little later."""
        self.leaving = True
        if self._linger:
            asyncio.get_running_loop().call_later(self._linger, self._stop_accepting)
        else:
            self._stop_accepting()

    def _stop_accepting(self) -> None:
        self.should_exit = True

    @property
    def url(self) -> str:
        """Where it listens."""
        return url_of(self._bound)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        if self.started:
            self._ready(self.url)

    async def main_loop(self) -> None:
        """Wait until told to stop. uvicorn's own looks every 0.1 s, and has nothing else to do for us."""
        self._loop = asyncio.get_running_loop()
        if not self._stops:
            await self._stopped.wait()

    @property
    def should_exit(self) -> bool:
        """Whether it is told to stop."""
        return self._stops

    @should_exit.setter
    def should_exit(self, stops: bool) -> None:
        self._stops = stops
        if stops and self._loop is not None and not self._stopped.is_set():
            # A signal may say so, which by itself does not wake the loop.
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def run_bound(self) -> None:
        """Serve until told to stop."""
        with ExitStack() as stack:
            further = [stack.enter_context(self._bound.dup()) for _ in range(_SOCKETS - 1)]
            await self.serve([self._bound, *further])


def bind(host: str, port: int, option: str = "--port") -> socket.socket:
    """A socket that listens. Raises ListenError: the port is taken, or the address is not ours.

    Args:
        host: Address or name.
        port: Port, 0 for any free one.
        option: What chooses another port, for the error.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise ListenError(f"cannot listen on {host}: {error.strerror}") from error
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
        bound.setblocking(False)
    except (OSError, OverflowError) as error:
        bound.close()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ListenError(f"cannot listen on {host}:{port}: {reason}; choose another {option}") from error
    return bound


def url_of(bound: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(url: str) -> None:
    """The one line that scripts wait for."""
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


def serve_forever(app: ASGIApp, host: str, port: int) -> None:
    """Serve one application without lifespan until SIGINT or SIGTERM. ``host``: address to listen on. ``port``: port,
    0 for any free one. Raises ListenError: it cannot listen there.
    """
    run_loop(Listener(app, bind(host, port), ready=announce, lifespan=False).run_bound())
