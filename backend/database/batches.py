"""Reads that go to a server in one trip: its driver is told them at once, compiled by SQLAlchemy one time.

On its way through SQLAlchemy a statement costs twice what the driver needs for it, a trip half of that again, and what
is read alone a ROLLBACK; docs/performance.md has the measurements.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Select
from sqlalchemy.engine import Dialect, Row, result_tuple
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.results import AnyRow

Read: TypeAlias = tuple[Select[*tuple[Any, ...]], Mapping[str, Any]]
"""A statement that stays the same, and the values of its parameters."""

_LOGGER: Final = logging.getLogger("backend")


async def rows(
    connection: AsyncConnection, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]
) -> Sequence[AnyRow]:
    """What one statement finds."""
    [found] = await together(connection, (statement, values))
    return found


async def first(
    connection: AsyncConnection, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]
) -> AnyRow | None:
    """The first row that one statement finds; None where it finds nothing."""
    return next(iter(await rows(connection, statement, values)), None)


async def together(connection: AsyncConnection, *reads: Read) -> list[Sequence[AnyRow]]:
    """What several statements find, all in one state of the database.

    In a transaction they are statements of it. A connection that was lost while it was idle is noticed here.
    """
    if connection.dialect.name == "sqlite" or connection.in_transaction():
        return await one_by_one(connection, *reads)
    try:
        return await _in_one_trip(connection, reads)
    except asyncio.CancelledError:
        # What the server still sends is for nobody; whoever gets the connection next would read it.
        await asyncio.shield(connection.invalidate())
        raise
    except Exception as error:
        # Without its text, which may quote the statement, and so the caller's key.
        _LOGGER.info("reads are done again one by one: %s", type(error).__name__)
        with suppress(Exception):
            await connection.invalidate()
        return await one_by_one(connection, *reads)


async def one_by_one(connection: AsyncConnection, *reads: Read) -> list[Sequence[AnyRow]]:
    """What several statements find, each with a trip of its own."""
    return [(await connection.execute(statement, values)).all() for statement, values in reads]


async def _in_one_trip(connection: AsyncConnection, reads: Sequence[Read]) -> list[Sequence[AnyRow]]:
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    dialect = connection.dialect
    options = connection.sync_connection.get_execution_options() if connection.sync_connection else {}
    names = options.get("schema_translate_map", {})
    prepared = [_prepared(statement, dialect, tuple(names.items())) for statement, _ in reads]
    texts, arguments = [], []
    for one, (_, values) in zip(prepared, reads, strict=True):
        text, given = one.given(values)
        texts.append(text)
        arguments += given
    found: list[Sequence[AnyRow]] = []
    async with driver.cursor() as cursor:
        # The transaction that the first one begins ends with the last one.
        await cursor.execute(f"{';'.join(texts)};ROLLBACK", tuple(arguments))
        for one in prepared:
            found.append(one.read(cursor.description, await cursor.fetchall()))
            await cursor.nextset()
    return found


class _Prepared:
    """A statement as the driver takes it, and its rows as SQLAlchemy gives them."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]], dialect: Dialect, names: Mapping[str, str]
    ) -> None:
        self._compiled: Any = statement.compile(
            dialect=dialect, schema_translate_map=names or None, render_schema_translate=bool(names)
        )
        self._dialect = dialect
        self._columns = statement.selected_columns
        self._row = result_tuple([column.name for column in self._columns])
        self._conversions: list[tuple[int, Callable[[Any], Any]]] | None = None
        # Text, names in their order, processors and constants: the same for any values, where none of them is a list
        # that makes the text longer.
        self._fixed: tuple[str, Sequence[str], Mapping[str, Any], Mapping[str, Any]] | None = None
        self._expands = any(
            bound.expanding or bound.literal_execute for bound in self._compiled.binds.values()
        )

    def given(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Its text for these values, and they in their order."""
        fixed = self._fixed
        if fixed is None:
            state = self._compiled.construct_expanded_state(values)
            alone = {name: state.parameters[name] for name in state.positiontup if name not in values}
            fixed = state.statement, state.positiontup, state.processors, alone
            if not self._expands:
                self._fixed = fixed
        text, names, convert, constants = fixed
        given = []
        for name in names:
            value = values[name] if name in values else constants[name]
            given.append(convert[name](value) if name in convert else value)
        return text, given

    def read(
        self, description: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]]
    ) -> list[Row[*tuple[Any, ...]]]:
        """Rows of the driver as rows of SQLAlchemy. ``description``: of the columns, as the DB-API has it."""
        if self._conversions is None:
            self._conversions = [
                (index, convert)
                for index, (column, told) in enumerate(zip(self._columns, description, strict=True))
                if (convert := self._processor(column.type, told[1])) is not None
            ]
        if self._conversions:
            return [self._row(self._converted(row)) for row in found]
        return [self._row(row) for row in found]

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for index, convert in self._conversions or ():
            values[index] = convert(values[index])
        return values

    def _processor(self, kind: Any, coltype: Any) -> Callable[[Any], Any] | None:
        convert: Callable[[Any], Any] | None
        convert = kind.dialect_impl(self._dialect).result_processor(self._dialect, coltype)
        return convert


@lru_cache(maxsize=1024)
def _prepared(
    statement: Select[*tuple[Any, ...]], dialect: Dialect, names: tuple[tuple[str, str], ...]
) -> _Prepared:
    return _Prepared(statement, dialect, dict(names))
