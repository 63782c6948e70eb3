"""Which tables of a SQLite file others have changed: by its pages, so that the rest need not be read."""

import sqlite3
from typing import Final

_WHERE: Final = "SELECT name, pageno FROM dbstat WHERE schema = ?"


class ChangedPages:
    """The pages of a file as they were at the last look.

    A table is a tree of pages from a root on. Where none of them differs, nothing in the table does. ``connection``:
    open.
    """

    def __init__(self, connection: sqlite3.Connection, schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._pages = b""

    def seen(self) -> bool:
        """Take the pages as they are, as after changes of one's own. Returns whether SQLite gives them."""
        try:
            self._pages = self._connection.serialize(name=self._schema)
        except (AttributeError, sqlite3.Error):  # left out of some builds
            self._pages = b""
        return bool(self._pages)

    def tables(self) -> frozenset[str] | None:
        """Names of the tables, and indexes, of which a page has changed since the last call. Returns the names; None
        where nothing can be told: at the first call, or with a SQLite that cannot say where tables are.
        """
        before = self._pages
        if not self.seen() or not before:
            return None
        try:
            owners = self._connection.execute(_WHERE, (self._schema,)).fetchall()
        except sqlite3.Error:  # likewise
            return None
        size = self._connection.execute(f"PRAGMA {self._schema}.page_size").fetchone()[0]
        now = self._pages
        changed = {
            number
            for number, start in enumerate(range(0, len(now), size), start=1)
            if now[start : start + size] != before[start : start + size]
        }
        return frozenset(name for name, page in owners if page in changed)
