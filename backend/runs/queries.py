"""SQL of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User
from backend.database.batches import first, rows, together
from backend.database.join_order import as_written
from backend.runs.selection import MAXIMUM, RunSelection, conditions, read_first, reads_in_order, selected

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

ENGINE = 1
"""The evaluation engine whose verdict on a run is shown (legacy notes, task 3.3)."""

_run = tables.run
_setup = tables.algorithm_setup
_flow = tables.implementation
_task = tables.task
_evaluated = tables.run_evaluated
_dataset = tables.dataset
_used = tables.input_data
_measure = tables.math_function
_users = tables.users
_inputs = tables.task_inputs
_kind = tables.task_type
_setting = tables.input_setting
_parameter = tables.input_
_tag = tables.run_tag
_part = tables.runfile
_file = tables.file
_score = tables.evaluation
_fold = tables.evaluation_fold
_trace = tables.trace


_RUN = (
    select(
        _run.c.rid,
        _run.c.uploader,
        _run.c.task_id,
        _run.c.setup,
        _run.c.error_message,
        _run.c.run_details,
        _users.c.first_name,
        _users.c.last_name,
        _kind.c.name.label("task_type"),
        _inputs.c.value.label("measure"),
        _setup.c.setup_string,
        _flow.c.id.label("flow_id"),
        _flow.c.fullName.label("flow_name"),
        _evaluated.c.run_id.label("evaluated"),
        _evaluated.c.error,
    )
    .outerjoin(_users, _users.c.id == _run.c.uploader)
    .outerjoin(_task, _task.c.task_id == _run.c.task_id)
    .outerjoin(_kind, _kind.c.ttid == _task.c.ttid)
    .outerjoin(_inputs, and_(_inputs.c.task_id == _run.c.task_id, _inputs.c.input == "evaluation_measures"))
    .outerjoin(_setup, _setup.c.sid == _run.c.setup)
    .outerjoin(_flow, _flow.c.id == _setup.c.implementation_id)
    .outerjoin(
        _evaluated,
        and_(_evaluated.c.run_id == _run.c.rid, _evaluated.c.evaluation_engine_id == ENGINE),
    )
    .where(_run.c.rid == bindparam("rid"))
)
_PARAMETERS = (
    select(_parameter.c.name, _setting.c.value, _parameter.c.implementation_id)
    .join(_parameter, _parameter.c.id == _setting.c.input_id)
    .where(_setting.c.setup == select(_run.c.setup).where(_run.c.rid == bindparam("rid")).scalar_subquery())
    .order_by(_setting.c.input_id)
)
_TAGS = select(_tag.c.tag).where(_tag.c.id == bindparam("rid")).order_by(_tag.c.tag)
# By its own column: sorting the wide rows of data sets would cost more than all the rest.
_USED = (
    select(_dataset.c.did, _dataset.c.name, _dataset.c.url)
    .join(_used, _used.c.data == _dataset.c.did)
    .where(_used.c.run == bindparam("rid"))
    .order_by(_used.c.data)
)
_MADE = (
    select(_dataset.c.did, _dataset.c.name, _dataset.c.url)
    .where(_dataset.c.source == bindparam("rid"))
    .order_by(_dataset.c.did)
)
_FILES = (
    select(_part.c.field, _part.c.file_id, _file.c.filename_original)
    .join(_file, _file.c.id == _part.c.file_id)
    .where(_part.c.source == bindparam("rid"))
    .order_by(_part.c.field)
)
_EVALUATIONS = (
    select(_measure.c.name, _score.c.value, _score.c.array_data)
    .join(_measure, _measure.c.id == _score.c.function_id)
    .where(_score.c.source == bindparam("rid"))
    .order_by(_score.c.function_id, _score.c.evaluation_engine_id)
)
_FOLD_EVALUATIONS = (
    select(_measure.c.name, _fold.c.value, _fold.c.array_data, _fold.c.repeat, _fold.c.fold)
    .join(_measure, _measure.c.id == _fold.c.function_id)
    .where(_fold.c.source == bindparam("rid"))
    .order_by(_fold.c.function_id, _fold.c.evaluation_engine_id, _fold.c.fold, _fold.c.repeat)
)


@dataclass(frozen=True, slots=True)
class RunRows:
    """A run with all that is stored beside it.

    Args:
        row: With its uploader, task, setup, flow and what the default engine said of it; ``evaluated`` is None when the
            engine has not looked at the run.
        parameters: The settings of its setup, by the ids of the parameters: name, value and the id of the flow that has
            the parameter.
        tags: In the order of the key.
        used: The data sets that it used, by their ids: did, name and url.
        made: Those that it made, likewise.
        files: By their fields: field, file id and original file name.
        evaluations: Of the whole run, by all engines, by measure and engine: measure, value and array_data.
        fold_evaluations: Of its folds, by measure, engine, fold and repeat: measure, value, array_data, repeat, fold.
    """

    row: AnyRow
    parameters: Sequence[AnyRow]
    tags: list[str]
    used: Sequence[AnyRow]
    made: Sequence[AnyRow]
    files: Sequence[AnyRow]
    evaluations: Sequence[AnyRow]
    fold_evaluations: Sequence[AnyRow]


async def run(connection: AsyncConnection, rid: int) -> RunRows | None:
    """One run; None for an unknown id."""
    beside = (_PARAMETERS, _TAGS, _USED, _MADE, _FILES, _EVALUATIONS, _FOLD_EVALUATIONS)
    given = {"rid": rid}
    found, parameters, tags, *others = await together(
        connection, (_RUN, given), *((statement, given) for statement in beside)
    )
    return RunRows(found[0], parameters, [tag for (tag,) in tags], *others) if found else None


@cache
def _listed(first: Table | None) -> Select[*tuple[Any, ...]]:
    """The list of all runs. ``first``: as `read_first` says."""
    runs, rid = selected(first)
    return (
        select(
            _run.c.rid,
            _run.c.task_id,
            _task.c.ttid,
            _run.c.setup,
            _setup.c.implementation_id,
            _run.c.uploader,
            _run.c.start_time,
            _run.c.error_message,
            _run.c.run_details,
        )
        .select_from(runs.outerjoin(_evaluated, _evaluated.c.run_id == _run.c.rid))
        .order_by(rid)
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """The runs of a list.

    Args:
        filters: Which runs, and how many of them.
        task_types: Ids of task types that they must be on, if any were given.
        failed: Whether runs whose evaluation failed are among them.
    """

    filters: RunSelection
    task_types: Sequence[int] | None
    failed: bool
    user: User
    now: datetime

    def conditions(self) -> list[ColumnElement[bool]]:
        """All of which must hold."""
        found = conditions(self.filters, self.user, self.now)
        if self.task_types is not None:
            found.append(_task.c.ttid.in_(self.task_types))
        if not self.failed:
            found.append(_evaluated.c.error.is_(None))
        return found

    def reads_in_order(self) -> bool:
        """As `backend.runs.selection.reads_in_order`; a task type says nothing of which runs."""
        others = self.filters.model_copy(update={"flow": self.filters.flow or self.task_types})
        return reads_in_order(others)


async def listed(connection: AsyncConnection, selection: Selection) -> Sequence[AnyRow]:
    """The selected runs, in the order of their ids; a run that k engines looked at is listed k times, as in PHP.
    Returns the rows; without a limit at most one more than a list may have.
    """
    limit, offset = selection.filters.limit, selection.filters.offset
    statement = _listed(read_first(selection.filters)).where(*selection.conditions())
    statement = statement.limit(MAXIMUM + 1 if limit is None else limit)
    if offset:
        statement = statement.offset(offset)
    if limit is not None and (
        selection.reads_in_order() or await count_listed(connection, selection, MAXIMUM) == MAXIMUM
    ):
        statement = as_written(statement)
    return (await connection.execute(statement)).all()


async def count_listed(connection: AsyncConnection, selection: Selection, most: int | None = None) -> int:
    """How many rows `listed` would have without limit and offset. ``selection``: which runs. ``most``: do not count
    further than this.
    """
    found = _listed(read_first(selection.filters)).with_only_columns(_run.c.rid).order_by(None)
    found = found.where(*selection.conditions())
    if most is not None:
        found = found.limit(most)
    return await connection.scalar(select(func.count()).select_from(found.subquery())) or 0


_STEP = (_trace.c.repeat, _trace.c.fold, _trace.c.iteration)
_TRACE = (
    select(*_STEP, _trace.c.setup_string, _trace.c.evaluation, _trace.c.selected)
    .where(_trace.c.run_id == bindparam("rid"))
    .order_by(*_STEP, _trace.c.evaluation_engine_id)
)
_OWNER = select(_run.c.uploader).where(_run.c.rid == bindparam("rid"))


async def trace(connection: AsyncConnection, rid: int) -> Sequence[AnyRow]:
    """The trace of a run, of all engines, in order."""
    return await rows(connection, _TRACE, {"rid": rid})


async def owner(connection: AsyncConnection, rid: int) -> AnyRow | None:
    """Whose run it is. Returns a row with the uploader, who may be None; None for an unknown id."""
    return await first(connection, _OWNER, {"rid": rid})


async def forget_evaluations(connection: AsyncConnection, rid: int) -> None:
    """Delete what all engines said of a run; evaluations and traces go with it by the foreign keys. ``connection``: of
    a writing transaction.
    """
    await connection.execute(delete(_evaluated).where(_evaluated.c.run_id == rid))
