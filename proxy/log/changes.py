"""What a run has to write to its diff log: rows that are new or have grown since the last time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Table, and_, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

RowKey = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row to insert or to update.

    Args:
        row: Names it among all rows of the run.
        mark: What was counted; it tells whether the row has changed.
        keys: Columns of its key.
        values: Its other columns.
        new: It is not there yet.
    """

    table: Table
    row: RowKey
    mark: int
    keys: Mapping[str, Any]
    values: Mapping[str, Any]
    new: bool


class Written:
    """What the rows of a run say already; only the run itself writes them."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._marks: dict[RowKey, int] = {}

    def forget(self) -> None:
        """Nothing is there any more."""
        self._marks.clear()

    def drop(self, table: Table, keys: Iterable[tuple[Any, ...]]) -> None:
        """These rows are never written again."""
        for key in keys:
            self._marks.pop((table.name, key), None)

    def says(self, table: Table, key: tuple[Any, ...], mark: int) -> bool:
        """Whether a row has this mark already."""
        return self._marks.get((table.name, key)) == mark

    def note(self, changes: Iterable[LogRow]) -> None:
        """The rows are there now."""
        self._marks.update({change.row: change.mark for change in changes})

    def changes(
        self, table: Table, rows: Mapping[tuple[Any, ...], Mapping[str, Any]], names: tuple[str, ...] = ()
    ) -> Iterator[LogRow]:
        """Those of the rows that have to be written. ``rows``: values by key; ``exchanges`` or ``size`` tells whether
        a row has changed, else it always has. ``names``: the columns of the keys, behind ``run``.
        """
        for key, values in rows.items():
            told = values.get("exchanges", values.get("size"))
            before = self._marks.get((table.name, key))
            if told is not None and told == before:
                continue
            mark = 0 if told is None else told
            keys = {"run": self._run, **dict(zip(names, key, strict=True))}
            yield LogRow(table, (table.name, key), mark, keys, values, before is None)


async def store(connection: AsyncConnection, changes: Iterable[LogRow]) -> None:
    """Write rows, many in one statement. ``connection``: within a transaction. ``changes``: the rows; those of one
    table and kind stand together.
    """
    for (_, new), group in groupby(changes, key=lambda change: (change.table.name, change.new)):
        some = list(group)
        table = some[0].table
        if new:
            await connection.execute(table.insert(), [{**one.keys, **one.values} for one in some])
            continue
        where = and_(*(table.c[name] == bindparam(f"key_{name}") for name in some[0].keys))
        settable: dict[str, Any] = {name: bindparam(name) for name in some[0].values}
        rows = [{**{f"key_{name}": value for name, value in one.keys.items()}, **one.values} for one in some]
        await connection.execute(table.update().where(where).values(settable), rows)
