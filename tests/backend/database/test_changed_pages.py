"""Tables of a SQLite file that others changed, by its pages."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from backend.database.changed_pages import ChangedPages


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file with three tables, one of them large and one with an index."""
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        for name in ("a", "b", "c"):
            connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("CREATE INDEX of_c ON c (text)")
        connection.executemany("INSERT INTO a (text) VALUES (?)", [(f"{n:0100d}",) for n in range(1000)])
        yield connection


def owners(pages: ChangedPages) -> set[str]:
    """Those that changed, without the schema, on whose page SQLite counts changes."""
    found = pages.tables()
    assert found is not None
    return set(found) - {"sqlite_schema"}


def test_at_first_nothing_is_known(file: sqlite3.Connection) -> None:
    """So that everything is read."""
    assert ChangedPages(file, "main").tables() is None


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("SELECT 1", set()),
        ("UPDATE a SET text = 'x' WHERE id = 500", {"a"}),
        ("INSERT INTO b (text) VALUES ('x')", {"b"}),
        ("INSERT INTO c (text) VALUES ('x')", {"c", "of_c"}),
        ("DELETE FROM a WHERE id > 3", {"a"}),
        ("INSERT INTO b (text) SELECT text FROM a", {"b"}),
    ],
)
def test_what_changed_is_told(file: sqlite3.Connection, change: str, names: set[str]) -> None:
    """Once."""
    pages = ChangedPages(file, "main")
    pages.tables()
    file.execute(change)
    assert owners(pages) == names
    assert owners(pages) == set()


def test_pages_that_change_hands_are_told_of(file: sqlite3.Connection) -> None:
    """What one table gives up another takes in the same transaction."""
    pages = ChangedPages(file, "main")
    pages.tables()
    file.execute("BEGIN")
    file.execute("INSERT INTO b (text) SELECT text FROM a WHERE id < 300")
    file.execute("DELETE FROM a")
    file.execute("INSERT INTO c (text) SELECT text FROM b")
    file.execute("COMMIT")
    assert owners(pages) == {"a", "b", "c", "of_c"}


def test_changes_of_ones_own_are_passed_over(file: sqlite3.Connection) -> None:
    """Who undoes them afterwards changes something."""
    pages = ChangedPages(file, "main")
    pages.tables()
    file.execute("UPDATE a SET text = 'x' WHERE id = 500")
    assert pages.seen()
    file.execute(f"UPDATE a SET text = '{499:0100d}' WHERE id = 500")
    assert owners(pages) == {"a"}


def test_a_build_without_it_tells_nothing() -> None:
    """Neither pages nor their owners need be there."""
    assert ChangedPages(cast(Any, object()), "main").tables() is None
    with closing(sqlite3.connect(":memory:")) as connection:
        pages = ChangedPages(connection, "main")
        connection.execute("CREATE TABLE a (id)")
        assert pages.seen()
        connection.set_authorizer(lambda _action, name, *_rest: 1 if name == "dbstat" else 0)
        assert pages.tables() is None
