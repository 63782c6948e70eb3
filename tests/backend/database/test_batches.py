"""Reads in one trip give what SQLAlchemy gives, whatever becomes of the connection."""

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Select, bindparam, func, insert, literal, select
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.asyncio import AsyncConnection

import backend.app  # noqa: F401  # all modules that query
from backend import tables
from backend.database import batches
from backend.database.batches import Read, one_by_one, rows, together
from backend.database.connections import Database, DatabaseUnavailable
from backend.transaction import Transaction, read
from tests.backend.conftest import scratch_url

pytestmark = pytest.mark.anyio

_type = tables.task_type
NAMES: Any = (
    select(_type.c.name).where(_type.c.ttid.in_(bindparam("ids", expanding=True))).order_by(_type.c.ttid)
)
IDS = {"ids": [1, 2]}
GIVEN = {
    "did": 61,
    "rid": 25,
    "task_id": 59,
    "flow_id": 29,
    "ttid": 1,
    "engine": 1,
    "ids": [29, 30],
    "key": "AD000000000000000000000000000000",
}


on_a_server = pytest.mark.parametrize("scratch_source", ["mariadb"], indirect=True)


def every_read() -> list[Read]:
    """The statements of all modules that stay the same and find something of ours."""
    found = {
        id(value): value
        for name, module in sys.modules.items()
        if name.startswith("backend.")
        for value in vars(module).values()
        if isinstance(value, Select)
    }
    wanted = (
        (one, {key for key, value in one.compile().params.items() if value is None}) for one in found.values()
    )
    return [(one, {key: GIVEN[key] for key in keys}) for one, keys in wanted if keys <= set(GIVEN)]


async def test_rows_are_those_of_sqlalchemy(database: Database) -> None:
    """Values, their types and the names of the columns, of every statement that stays the same."""
    every = every_read()
    assert len(every) > 40
    async with database.read() as connection:
        together_ = await together(connection, *every)
        alone = await one_by_one(connection, *every)
    assert [list(map(repr, one)) for one in together_] == [list(map(repr, one)) for one in alone]
    assert [[row._mapping.keys() for row in one] for one in together_] == [
        [row._mapping.keys() for row in one] for one in alone
    ]
    assert sum(map(bool, alone)) > 30


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the reads of each trip that was made for several."""
    made: list[int] = []
    original = batches._in_one_trip

    async def counting(connection: AsyncConnection, reads: Any) -> Any:
        made.append(len(reads))
        return await original(connection, reads)

    monkeypatch.setattr(batches, "_in_one_trip", counting)
    return made


@on_a_server
async def test_nothing_stays_open(scratch_database: Database, trips: list[int]) -> None:
    """What others wrote since is seen by the next trip of the same connection."""
    groups = select(func.count()).select_from(tables.groups)
    async with scratch_database.read() as connection:
        [[before]] = await rows(connection, groups, {})
        async with scratch_database.write() as writing:
            await writing.execute(insert(tables.groups).values(name="guests", description=""))
        [[after]] = await rows(connection, groups, {})
    assert (before + 1, trips) == (after, [1, 1])


async def test_a_write_reads_what_it_wrote(scratch_database: Database, trips: list[int]) -> None:
    """And goes on: its transaction is not ended by reading."""
    groups = select(tables.groups.c.name).where(tables.groups.c.name == bindparam("name"))

    async def fail() -> None:
        async with scratch_database.write() as connection:
            await connection.execute(insert(tables.groups).values(name="guests", description=""))
            assert await rows(connection, groups, {"name": "guests"}) == [("guests",)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with scratch_database.read() as connection:
        assert await rows(connection, groups, {"name": "guests"}) == []
    assert trips == ([] if scratch_database.is_sqlite else [1])


async def end_all(database: Database) -> None:
    """Have the server end the idle connections of the pool."""
    number = func.connection_id()
    async with database.engine.connect() as one, database.engine.connect() as other:
        numbers = [await connection.scalar(select(number)) for connection in (one, other)]
    killer = Database(scratch_url(database), database.names)
    async with killer.connect() as connection:
        for one_of_them in numbers:
            await connection.exec_driver_sql(f"KILL {one_of_them}")
    await killer.dispose()


@on_a_server
async def test_connections_that_were_lost_while_idle_are_replaced(scratch_database: Database) -> None:
    """For batches, for other reads and for writes; nobody hears of it."""
    resources: Any = SimpleNamespace(database=scratch_database, storage=None)

    async def batch(transaction: Transaction) -> object:
        return await rows(transaction.connection, NAMES, IDS)

    async def alone(transaction: Transaction) -> object:
        return (await transaction.connection.execute(NAMES, IDS)).all()

    names = await read(resources, alone)
    for work in (batch, alone):
        await end_all(scratch_database)
        assert await read(resources, work) == names
    await end_all(scratch_database)
    async with scratch_database.write() as connection:
        await connection.execute(insert(tables.groups).values(name="guests", description=""))
        assert (await connection.execute(NAMES, IDS)).all() == names


@on_a_server
async def test_who_leaves_in_the_middle_leaves_no_answer_for_the_next(scratch_database: Database) -> None:
    """The connection is not used again."""
    slow: Any = select(func.sleep(literal(5)))

    async def leaving() -> None:
        async with scratch_database.read() as connection:
            await together(connection, (NAMES, IDS), (slow, {}))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(leaving(), 0.2)
    async with scratch_database.read() as connection:
        assert len(await rows(connection, NAMES, IDS)) == 2


async def test_a_statement_that_fails_is_told_as_ever(scratch_database: Database, trips: list[int]) -> None:
    """With the error of SQLAlchemy; the connection serves on."""
    broken: Any = select(literal(1).label("one")).select_from(tables.groups.alias("x")).where(func.nosuch())
    async with scratch_database.read() as connection:
        with pytest.raises(Exception, match="nosuch") as raised:
            await together(connection, (NAMES, IDS), (broken, {}))
        assert not isinstance(raised.value, DatabaseUnavailable)
    async with scratch_database.read() as connection:
        assert len(await rows(connection, NAMES, IDS)) == 2
    assert trips == ([] if scratch_database.is_sqlite else [2, 1])


def test_a_value_that_is_missing_is_not_that_of_another_request() -> None:
    """Whoever asked first: what is kept of a statement are its own values."""
    column = tables.dataset.c
    found = batches._Prepared(
        select(column.did).where(column.did == bindparam("did"), column.name == "iris"), mysql.dialect(), {}
    )
    assert found.given({"did": 61})[1] == [61, "iris"]
    assert found.given({"did": 62})[1] == [62, "iris"]
    with pytest.raises(KeyError):
        found.given({})
