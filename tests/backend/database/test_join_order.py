"""The order in which a server reads the tables of a join."""

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.engine import Dialect

from backend import tables
from backend.database.join_order import as_written


@pytest.mark.parametrize(
    ("dialect", "start"), [(mysql.dialect(), "SELECT STRAIGHT_JOIN "), (sqlite.dialect(), "SELECT ")]
)
def test_the_hint_is_for_servers(dialect: Dialect, start: str) -> None:
    """SQLite has no such word."""
    sql = str(as_written(select(tables.run.c.rid)).compile(dialect=dialect))
    assert sql.startswith(start)
    assert sql.count("STRAIGHT_JOIN") == start.count("STRAIGHT_JOIN")
