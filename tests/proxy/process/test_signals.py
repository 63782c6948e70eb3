"""Signals of operators."""

import asyncio
import os
import signal

import pytest

from proxy.process.metrics import Snapshot
from proxy.process.signals import operator_signals

pytestmark = pytest.mark.anyio


class Recorded:
    """Controls that keep what was commanded."""

    def __init__(self) -> None:
        self.commands: asyncio.Queue[str] = asyncio.Queue()

    async def snapshot(self) -> Snapshot:
        """Nothing."""
        return {}

    def kill(self, why: str) -> None:
        """Keep it."""
        self.commands.put_nowait(f"kill: {why}")

    def release(self) -> None:
        """Keep it."""
        self.commands.put_nowait("release")

    async def reload(self) -> str:
        """Keep it."""
        self.commands.put_nowait("reload")
        return ""


@pytest.mark.parametrize(
    ("number", "command"),
    [
        (signal.SIGUSR1, "kill: pulled by SIGUSR1"),
        (signal.SIGUSR2, "release"),
        (signal.SIGHUP, "reload"),
    ],
)
async def test_each_signal_is_a_command(number: signal.Signals, command: str) -> None:
    """For where no port can be reached."""
    controls = Recorded()
    with operator_signals(controls):
        os.kill(os.getpid(), number)
        assert await asyncio.wait_for(controls.commands.get(), 5) == command
