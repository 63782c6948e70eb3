"""backend.tables.schema: keys, numbering and defaults are those of the legacy schema."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, inspect, select, text
from sqlalchemy.engine import Connection

from backend import tables
from backend.database.connections import Database
from backend.tables.schema import references

pytestmark = pytest.mark.anyio


def test_a_reference_names_the_schema() -> None:
    """Foreign keys cross from the experiment database into the user database."""
    key = references(("a", "b"), "openml", "t", ("c", "d"), delete="CASCADE")
    assert [element.target_fullname for element in key.elements] == ["openml.t.c", "openml.t.d"]
    assert (key.ondelete, key.onupdate) == ("CASCADE", None)


async def test_the_created_columns_are_the_described_ones(database: Database) -> None:
    """Names, order and nullability of all columns of all tables."""

    def created(connection: Connection) -> dict[str, list[tuple[str, bool]]]:
        inspector = inspect(connection)
        schemas = {"openml": "openml", "openml_expdb": None if database.is_sqlite else "openml_expdb"}
        return {
            key: [
                (column["name"], column["nullable"])
                for column in inspector.get_columns(table.name, schema=schemas[table.schema or ""])
            ]
            for key, table in tables.metadata.tables.items()
        }

    described = {
        key: [(column.name, bool(column.nullable)) for column in table.columns]
        for key, table in tables.metadata.tables.items()
    }
    async with database.read() as connection:
        assert await connection.run_sync(created) == described


async def test_a_number_is_never_given_twice(scratch_database: Database) -> None:
    """The id of a deleted row is not given to the next one."""
    new = insert(tables.groups).values(name="g", description="")
    async with scratch_database.write() as connection:
        first = (await connection.execute(new)).inserted_primary_key
        assert first is not None
        await connection.execute(delete(tables.groups).where(tables.groups.c.id == first[0]))
        second = (await connection.execute(new)).inserted_primary_key
    assert second is not None
    assert second[0] == first[0] + 1


async def test_the_database_fills_in_the_time(scratch_database: Database) -> None:
    """A timestamp with the default `now` is the time of the insert, in UTC."""
    topics = tables.dataset_topic
    begun = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    async with scratch_database.write() as connection:
        await connection.execute(insert(topics).values(id=1, topic="t", uploader=1))
        stored = await connection.scalar(select(topics.c.date).where(topics.c.topic == "t"))
    assert stored is not None
    assert begun <= stored <= datetime.now(UTC).replace(tzinfo=None)


async def test_keys_are_swapped_where_the_number_is_no_primary_key(mariadb_url: str) -> None:
    """On a server, votes and downloads have the legacy primary key, and a unique number."""
    database = Database(mariadb_url)
    query = text(
        "SELECT table_name, index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index) "
        "FROM information_schema.statistics WHERE table_schema = 'openml_expdb' AND non_unique = 0 "
        "AND table_name IN ('likes', 'downvotes', 'downloads') GROUP BY 1, 2 ORDER BY 1, 2"
    )
    async with database.read() as connection:
        keys = [tuple(row) for row in await connection.execute(query)]
    await database.dispose()
    natural = "knowledge_type,knowledge_id,user_id"
    assert keys == [
        ("downloads", "did", "did"),
        ("downloads", "PRIMARY", natural),
        ("downvotes", "did", "did"),
        ("downvotes", "PRIMARY", natural),
        ("likes", "lid", "lid"),
        ("likes", "PRIMARY", natural),
    ]
