"""SQL of what changes runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy import insert as insert_into
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import coerced
from backend.runs.queries import AnyRow

_evaluated = tables.run_evaluated
_measure = tables.math_function

# What a run has, of which the database would forget nothing by itself.
_WITHOUT_KEYS = ((tables.input_data, "run"), (tables.output_data, "run"))


async def remove(connection: AsyncConnection, rid: int) -> bool:
    """Delete a run; what the foreign keys say goes with it: evaluations, traces, files' rows, tags. Returns False when
    somebody else has deleted it meanwhile. Raises IntegrityError: a study has it.
    """
    for table, column in _WITHOUT_KEYS:
        await connection.execute(delete(table).where(table.c[column] == rid))
    gone = await connection.execute(delete(tables.run).where(tables.run.c.rid == rid))
    return gone.rowcount > 0


async def evaluation_measures(connection: AsyncConnection, names: Sequence[str]) -> set[str]:
    """Those of some names that evaluation measures have. ``names``: in exactly this spelling."""
    found = await connection.scalars(
        select(_measure.c.name).where(
            _measure.c.name.in_(names), _measure.c.functionType == "EvaluationFunction"
        )
    )
    return set(found)


async def functions(connection: AsyncConnection, names: Sequence[str]) -> Mapping[str, int]:
    """The ids of functions of any kind. ``names``: in exactly this spelling. Returns id by name."""
    found = await connection.execute(select(_measure.c.name, _measure.c.id).where(_measure.c.name.in_(names)))
    return {row.name: row.id for row in found}


async def task_of(connection: AsyncConnection, rid: int) -> AnyRow | None:
    """The task of a run. Returns a row of ``task_id``; None for an unknown run."""
    return (await connection.execute(select(tables.run.c.task_id).where(tables.run.c.rid == rid))).first()


async def record(connection: AsyncConnection, rid: int, engine_id: int) -> AnyRow | None:
    """What an engine said of a run last; other engines' requests of the same wait. Returns a row of ``error`` and
    ``num_tries``; None when it has not looked at the run.
    """
    found = await connection.execute(
        select(_evaluated.c.error, _evaluated.c.num_tries)
        .where(_evaluated.c.run_id == rid, _evaluated.c.evaluation_engine_id == engine_id)
        .with_for_update()
    )
    return found.first()


async def forget(connection: AsyncConnection, rid: int, engine_id: int) -> None:
    """Delete what an engine said of a run; its evaluations and its trace go with it."""
    await connection.execute(
        delete(_evaluated).where(_evaluated.c.run_id == rid, _evaluated.c.evaluation_engine_id == engine_id)
    )


async def store(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows. ``rows``: each with the same columns.

    Raises:
        IntegrityError: A row breaks a rule of the table.
        InputProblem: A text has characters that no column can hold.
    """
    if rows:
        values: list[dict[str, Any]] = [coerced(table, row, complete=True) for row in rows]
        await connection.execute(insert_into(table).inline(), values)
