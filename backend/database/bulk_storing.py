"""Many rows of a table at once, as PHP's non-strict mode stores each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy import insert as insert_into
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.storing import coerced, insert_ignoring


async def insert_all(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows. ``rows``: values by column; a column that only some rows have is NULL in the others.

    Raises:
        IntegrityError: A row breaks a rule of the table; how many are stored then is not said.
        InputProblem: A text has characters that no column can hold.
    """
    if not rows:
        return
    columns = dict.fromkeys(name for row in rows for name in row)
    blank = {name: None for name in columns if table.c[name].nullable}
    whole: list[dict[str, Any]] = [{**blank, **coerced(table, row, complete=True)} for row in rows]
    await connection.execute(insert_into(table).inline(), whole)


async def insert_all_ignoring(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """MySQL's INSERT IGNORE for each row: what breaks a rule of the table is not stored, and that is no error. Raises
    InputProblem: a text has characters that no column can hold.
    """
    try:
        async with connection.begin_nested():
            await insert_all(connection, table, rows)
    except IntegrityError:
        for row in rows:
            await insert_ignoring(connection, table, row)
