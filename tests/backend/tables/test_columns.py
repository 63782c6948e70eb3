"""backend.tables.columns: exact types on a server, the same values on SQLite."""

from datetime import datetime

import pytest
from sqlalchemy import ColumnElement, String, cast, insert, literal_column, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.types import TypeEngine

from backend import tables
from backend.database.connections import Database
from backend.tables import columns


@pytest.mark.parametrize(
    ("kind", "on_server", "on_sqlite"),
    [
        (columns.integer(10, unsigned=True), "INTEGER(10) UNSIGNED", "INTEGER"),
        (columns.mediumint(8), "MEDIUMINT(8)", "INTEGER"),
        (columns.smallint(6), "SMALLINT(6)", "SMALLINT"),
        (columns.tinyint(1, unsigned=True), "TINYINT(1) UNSIGNED", "SMALLINT"),
        (columns.bigint(64), "BIGINT(64)", "BIGINT"),
        (columns.double(), "DOUBLE", "DOUBLE"),
        (columns.single(), "FLOAT", "FLOAT"),
        (columns.datetime(), "DATETIME", "DATETIME"),
        (columns.timestamp(), "TIMESTAMP", "DATETIME"),
        (columns.varbinary(16), "VARBINARY(16)", "BLOB"),
        (
            columns.binary.varchar(64),
            "VARCHAR(64) COLLATE utf8mb3_bin",
            "VARCHAR(64) COLLATE utf8mb3_bin",
        ),
        (
            columns.unicode.mediumtext(),
            "MEDIUMTEXT COLLATE utf8mb3_unicode_ci",
            "TEXT COLLATE utf8mb3_unicode_ci",
        ),
        (
            columns.swedish.tinytext(),
            "TINYTEXT COLLATE latin1_swedish_ci",
            "TEXT COLLATE latin1_swedish_ci",
        ),
        (
            columns.swedish.enum("y", "no"),
            "ENUM('y','no') COLLATE latin1_swedish_ci",
            "VARCHAR(2) COLLATE latin1_swedish_ci",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_type_has_its_name_on_each_database(
    kind: TypeEngine[object], on_server: str, on_sqlite: str
) -> None:
    """The server's type is exact; SQLite's has the same affinity and collation."""
    server = kind.compile(dialect=mysql.dialect())
    file = kind.compile(dialect=sqlite.dialect())
    assert (server, file) == (on_server, on_sqlite)


@pytest.mark.anyio
async def test_moments_are_texts_of_whole_seconds(database: Database) -> None:
    """The text of a moment is the same on every database, so SQL may compare it with texts."""
    date = tables.dataset.c.upload_date
    query = select(date, cast(date, String(19))).where(tables.dataset.c.did == 10)
    async with database.read() as connection:
        row = (await connection.execute(query)).one()
    assert tuple(row) == (datetime(2014, 3, 27, 22, 10, 50), "2014-03-27 22:10:50")  # noqa: DTZ001  # no zone


@pytest.mark.anyio
async def test_a_zero_date_is_text_everywhere(scratch_database: Database) -> None:
    """As PHP shows it; a connection without strict modes can hold one."""
    table = tables.task_type
    zero: ColumnElement[datetime] = literal_column("'0000-00-00 00:00:00'")
    row = {"ttid": 99, "name": "t", "description": "d", "creator": "c", "contributors": None}
    async with scratch_database.write() as connection:
        await connection.execute(insert(table).values({**row, "creationDate": zero}))
        query = select(table.c.creationDate).where(table.c.ttid == 99)
        assert (await connection.execute(query)).scalar_one() == "0000-00-00 00:00:00"
