"""What a run's task says: on which data, split how. Uploads of runs and of their evaluations need it alike."""

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.stored_numbers import float_or_text
from backend.runs.queries import ENGINE
from backend.runs.scores import SplitProcedure


@dataclass(frozen=True, slots=True)
class TaskContext:
    """A task, as far as it is whole.

    Args:
        source: What it names as its data set; None when it names none.
        named_procedure: What it names as its estimation procedure; None when it names none.
        dataset_id: Id of the data set, if that is there.
        counted: Whether the engine says so at all.
        procedure: The estimation procedure, if that is there.
    """

    task_id: int
    source: str | None
    named_procedure: str | None
    dataset_id: int | None
    counted: bool
    procedure: SplitProcedure | None


def _context() -> Select[*tuple[Any, ...]]:
    task, dataset, quality = tables.task, tables.dataset, tables.data_quality
    source, named, procedure = (
        tables.task_inputs.alias(),
        tables.task_inputs.alias(),
        tables.estimation_procedure,
    )
    return (
        select(
            source.c.value.label("source"),
            named.c.value.label("named"),
            dataset.c.did,
            quality.c.data.label("counted"),
            quality.c.value.label("instances"),
            procedure.c.id.label("procedure_id"),
            procedure.c.type,
            procedure.c.repeats,
            procedure.c.folds,
            procedure.c.samples,
        )
        .select_from(task)
        .outerjoin(source, and_(source.c.task_id == task.c.task_id, source.c.input == "source_data"))
        .outerjoin(named, and_(named.c.task_id == task.c.task_id, named.c.input == "estimation_procedure"))
        .outerjoin(dataset, dataset.c.did == cast(source.c.value, Integer))
        .outerjoin(
            quality,
            and_(
                quality.c.data == dataset.c.did,
                quality.c.quality == "NumberOfInstances",
                quality.c.evaluation_engine_id == ENGINE,
            ),
        )
        .outerjoin(procedure, procedure.c.id == cast(named.c.value, Integer))
        .where(task.c.task_id == bindparam("task_id"))
    )


_CONTEXT = _context()


async def task_context(connection: AsyncConnection, task_id: int) -> TaskContext | None:
    """One task with its data set and its estimation procedure. Returns what is there; None for an unknown task."""
    found = await connection.execute(_CONTEXT, {"task_id": task_id})
    row = found.first()
    if row is None:
        return None
    return TaskContext(
        task_id,
        row.source,
        row.named,
        row.did,
        row.counted is not None,
        None
        if row.procedure_id is None
        else SplitProcedure(row.type, row.repeats, row.folds, row.samples == "true", _number(row.instances)),
    )


def _number(text: str | None) -> float:
    """A stored number; 0 where PHP counts with nothing or with a text."""
    number = float_or_text(text or "")
    return number if isinstance(number, float) and math.isfinite(number) else 0.0
