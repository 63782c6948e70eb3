"""The kill switch: legacy serves everything and nobody else is asked, within a second and without a deploy.

A file is the switch, so that every process of a machine sees it and it outlives a restart. Signal and admin command
create it; where it cannot be created they hold for their own process.
"""

import logging
from pathlib import Path

_LOGGER = logging.getLogger(__name__)


class KillSwitch:
    """Whether legacy serves everything. ``file``: the switch: on while it is there."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.on = False
        self._held = False
        self.look()

    def look(self) -> bool:
        """See whether the file is there; gives whether anything has changed."""
        try:
            there = self.file.exists()
        except OSError:
            # A file system that does not answer is no reason to move clients.
            there = self.on
        before, self.on = self.on, there or self._held
        if before != self.on:
            _LOGGER.warning("kill switch %s (%s)", "on" if self.on else "off", self.file)
        return before != self.on

    def pull(self, why: str) -> None:
        """Switch on. ``why``: written into the file, for whoever finds it."""
        try:
            self.file.write_text(why + "\n", encoding="utf-8")
        except OSError as error:
            _LOGGER.warning(
                "%s cannot be written (%s); the switch holds for this process only", self.file, error
            )
            self._held = True
        self.look()

    def release(self) -> None:
        """Switch off. Raises OSError: the file cannot be removed."""
        self._held = False
        self.file.unlink(missing_ok=True)
        self.look()
