"""Signals that operators send beside SIGTERM: SIGUSR1 pulls the kill switch, SIGUSR2 releases it, SIGHUP reloads."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from proxy.process.admin import Controls

_LOGGER = logging.getLogger(__name__)


@contextmanager
def operator_signals(controls: Controls) -> Iterator[None]:
    """Obey the signals for the block. ``controls``: what they command."""
    loop = asyncio.get_running_loop()
    under_way: set[asyncio.Task[str]] = set()

    def release() -> None:
        try:
            controls.release()
        except OSError as error:
            _LOGGER.error("the kill file cannot be removed: %s", error.strerror)

    def reload() -> None:
        task = loop.create_task(controls.reload(), name="reload")
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    handlers: Mapping[signal.Signals, Callable[[], None]] = {
        signal.SIGUSR1: lambda: controls.kill("pulled by SIGUSR1"),
        signal.SIGUSR2: release,
        signal.SIGHUP: reload,
    }
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
