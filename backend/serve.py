"""Serve the backend over HTTP, and say so in one line when ready."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from backend.http_protocol import LenientProtocol
from config.errors import ListenError
from config.logs import log_to_stderr

BACKLOG = 2048


class Server(uvicorn.Server):
    """A uvicorn server that tells where it listens.

    Args:
        app: The application.
        bound: A socket that listens already.
        ready: Called with the URL once the application has started.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket, ready: Callable[[str], None]) -> None:
        # No access log: a request line can hold the key of a caller (new-API contract, decision 8).
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=LenientProtocol,
                ws="none",
                lifespan="on",
                log_level="warning",
                # Its lines go where all others go.
                log_config=None,
                access_log=False,
                server_header=False,
            )
        )
        self.bound = bound
        self._ready = ready

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002  # uvicorn passes them
        """Drain at the first signal, stop at once at the second; being told to stop is no failure."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell where."""
        await super().startup(sockets)
        if self.started:
            self._ready(url_of(self.bound))


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens. ``host``: address or name. ``port``: port, 0 for any free one. Raises ListenError: the
    port is taken, or the address is none of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        # create_server adds the address to the text of the system, gaierror has numbers of its own.
        known = isinstance(error, OSError) and not isinstance(error, socket.gaierror) and error.errno
        reason = os.strerror(known) if known else str(error)
        raise ListenError(
            f"cannot listen on {host}:{port}: {reason}; choose another --host or --port"
        ) from error
    bound.setblocking(False)
    return bound


def url_of(bound: socket.socket) -> str:
    """Where a socket listens."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(url: str) -> None:
    """Print the one line that scripts wait for."""
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


def serve(app: ASGIApp, host: str, port: int, ready: Callable[[str], None] = announce) -> None:
    """Serve an application until SIGINT or SIGTERM. Raises ListenError: it cannot listen there.

    Args:
        host: Address to listen on.
        port: Port, 0 for any free one.
        ready: Called with the URL once it answers.
    """
    log_to_stderr()
    server = Server(app, bind(host, port), ready)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve([server.bound]))
