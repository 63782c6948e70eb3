"""The process that compares: ``proxy.compare.comparer`` is the other end of its channel."""

import resource
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from config.problems import load_problems
from config.routes import load_routes
from config.startup import loading
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.usage import Usage
from proxy.compare.comparer import TOO_EXPENSIVE, failed
from proxy.compare.runner import compared
from proxy.exchange.example import shortened
from proxy.runtime.channel import frame, receive


def work() -> None:
    """Judge exchanges until the other end is closed: the main function of the process."""
    # Ctrl-C goes to the whole group; the process that serves drains first and then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), resource.RLIM_INFINITY))
    config = Path(sys.argv[2])
    # Whoever asked may have been killed within a message; who starts it again tells of it.
    with (
        suppress(ConnectionError),
        socket.socket(fileno=int(sys.argv[1])) as channel,
        channel.makefile("rwb") as pipe,
    ):
        _answer(cast(BinaryIO, pipe), config)


def _answer(pipe: BinaryIO, config: Path) -> None:
    usage = Usage()
    with loading():
        routes = load_routes(config)
        differ = Differ(load_registry(config), load_problems(config), usage=usage)
    while (exchange := receive(pipe, routes.routes)) is not None:
        try:
            usage.clear()
            found = compared(differ, exchange)
            judgement = replace(
                exchange.judged(found), comparison=shortened(found), usage=tuple(usage.facts())
            )
        except MemoryError:
            judgement = exchange.judged(TOO_EXPENSIVE)
        except Exception as error:  # a failing comparison is reported, it does not end the others
            judgement = failed(exchange, error)
        try:
            message = frame(judgement)
        except Exception as error:  # likewise one that cannot be told
            message = frame(failed(exchange, error))
        try:
            pipe.write(message)
            pipe.flush()
        except OSError:
            return
