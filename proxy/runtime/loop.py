"""The event loop of every process of the proxy."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

from config.logs import log_to_stderr

T = TypeVar("T")


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on uvloop; what goes wrong beside it is logged."""
    log_to_stderr()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
