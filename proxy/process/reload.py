"""The configuration in force: read again while the proxy serves, checked first, the last good one kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from proxy.process.kill import KillSwitch
from proxy.rollout.live_config import LiveConfig, Snapshot, load_live_config, marks
from proxy.runtime.telemetry import Telemetry

_LOGGER = logging.getLogger(__name__)
_EVERY: Final = 0.5
_SWITCH_EVERY: Final = 0.25


class Configuration:
    """Gives the configuration in force. ``telemetry``: where reloads are counted. Raises ConfigError: it is wrong at
    the start.
    """

    def __init__(self, config: Path, kill: KillSwitch, telemetry: Telemetry | None = None) -> None:
        self._config = config
        self._kill = kill
        self._telemetry = telemetry or Telemetry()
        self._marks = marks(config)
        self._snapshot, self._in_force = _read(config)
        self._killed = self._in_force.killed()
        self._busy = asyncio.Lock()
        self.error = ""

    def __call__(self) -> LiveConfig:
        """The configuration in force."""
        return self._killed if self._kill.on else self._in_force

    @property
    def path(self) -> Path:
        """Where a copy of the files in force is."""
        return self._snapshot.path

    async def reload(self, changed: Callable[[LiveConfig, Path], Awaitable[None]]) -> bool:
        """Read the configuration again. ``changed``: told of the new one and of the copy of its files before the old
        copy goes. Returns whether it was taken over; else ``error`` says why not and the last good one stays.
        """
        async with self._busy:
            self._marks = marks(self._config)
            try:
                snapshot, in_force = await asyncio.to_thread(_read, self._config)
            except ConfigError as error:
                self.error = str(error)
                self._telemetry.reload_failures += 1
                _LOGGER.error("the configuration stays as it was: %s", error)
                return False
            self.error = ""
            if in_force.digest == self._in_force.digest:
                snapshot.close()
                return True
            before, self._snapshot = self._snapshot, snapshot
            self._in_force, self._killed = in_force, in_force.killed()
            try:
                await changed(in_force, snapshot.path)
            finally:
                before.close()
            self._telemetry.reloads += 1
            _LOGGER.warning("configuration %s is in force", in_force.digest[:12])
            return True

    async def watch(self, changed: Callable[[LiveConfig, Path], Awaitable[None]]) -> None:
        """Look at the files again and again, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            if marks(self._config) != self._marks:
                # A file that is just being written is read again when it has changed again.
                await self.reload(changed)

    async def watch_switch(self) -> None:
        """Look at the kill switch again and again, until cancelled: whatever reading takes, it does not wait for it."""
        while True:
            await asyncio.sleep(_SWITCH_EVERY)
            self._kill.look()

    def close(self) -> None:
        """Remove the copy."""
        self._snapshot.close()


def _read(config: Path) -> tuple[Snapshot, LiveConfig]:
    try:
        return _read_copy(config)
    except (ConfigError, MemoryError):
        raise
    except Exception as error:
        # Whatever a file does to its reader, the last good one stays in force.
        _LOGGER.exception("the configuration cannot be read")
        raise ConfigError(f"cannot be read: {type(error).__name__}: {error}") from error


def _read_copy(config: Path) -> tuple[Snapshot, LiveConfig]:
    snapshot = Snapshot(config)
    try:
        return snapshot, load_live_config(snapshot.path)
    except ConfigError as error:
        snapshot.close()
        file = error.file
        if file is not None and file.is_relative_to(snapshot.path):
            # Whoever reads this knows the original only.
            file = config / file.relative_to(snapshot.path)
        raise ConfigError(error.problem, file=file, table=error.table, key=error.key) from error
