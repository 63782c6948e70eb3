"""The event loop of every process of the proxy."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import uvloop


def run_loop(main: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
