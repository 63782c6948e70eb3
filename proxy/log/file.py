"""Notices that the file of a diff log is gone or another one: SQLite would go on writing to the removed one."""

from pathlib import Path

from sqlalchemy.engine import URL


class LogFile:
    """The file behind a log. ``url``: the log; only SQLite has a file."""

    def __init__(self, url: URL) -> None:
        name = url.database if url.get_backend_name() == "sqlite" else None
        self._path = Path(name) if name and name != ":memory:" else None
        self._known: tuple[int, int] | None = None

    def remember(self) -> None:
        """The file that is there now is the right one."""
        self._known = self._identity()

    def replaced(self) -> bool:
        """Whether it is gone, or another one stands in its place."""
        return self._known is not None and self._identity() != self._known

    def _identity(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
