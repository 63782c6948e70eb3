"""SQL of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User
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


def _used_and_made() -> Select[*tuple[Any, ...]]:
    used = tables.input_data
    columns = (_dataset.c.did, _dataset.c.name, _dataset.c.url)
    both = union_all(
        select(literal(0, Integer).label("made"), *columns)
        .join(used, used.c.data == _dataset.c.did)
        .where(used.c.run == bindparam("rid")),
        select(literal(1, Integer), *columns).where(_dataset.c.source == bindparam("rid")),
    ).subquery()
    return select(both).order_by(both.c.made, both.c.did)


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
    .where(_setting.c.setup == bindparam("setup_id"))
    .order_by(_setting.c.input_id)
)
_TAGS = select(_tag.c.tag).where(_tag.c.id == bindparam("rid")).order_by(_tag.c.tag)
_DATASETS = _used_and_made()
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


async def run(connection: AsyncConnection, rid: int) -> AnyRow | None:
    """One run with its uploader, task, setup, flow and what the default engine said of it. Returns the row;
    ``evaluated`` is None when the engine has not looked at the run. None for an unknown id.
    """
    return (await connection.execute(_RUN, {"rid": rid})).first()


async def parameters(connection: AsyncConnection, setup_id: int) -> Sequence[AnyRow]:
    """The parameter settings of a setup, by the ids of the parameters. Returns rows of name, value and the id of the
    flow that has the parameter.
    """
    return (await connection.execute(_PARAMETERS, {"setup_id": setup_id})).all()


async def tags(connection: AsyncConnection, rid: int) -> list[str]:
    """The tags of a run, in the order of the key."""
    return list(await connection.scalars(_TAGS, {"rid": rid}))


async def datasets(connection: AsyncConnection, rid: int) -> Sequence[AnyRow]:
    """The data sets that a run used and those that it made, each by their ids. Returns rows of did, name and url;
    ``made`` is 1 for an output.
    """
    return (await connection.execute(_DATASETS, {"rid": rid})).all()


async def files(connection: AsyncConnection, rid: int) -> Sequence[AnyRow]:
    """The files of a run, by their fields. Returns rows of field, file id and original file name."""
    return (await connection.execute(_FILES, {"rid": rid})).all()


async def evaluations(connection: AsyncConnection, rid: int) -> Sequence[AnyRow]:
    """The evaluations of a whole run by all engines, by measure and engine. Returns rows of measure, value and
    array_data.
    """
    return (await connection.execute(_EVALUATIONS, {"rid": rid})).all()


async def fold_evaluations(connection: AsyncConnection, rid: int) -> Sequence[AnyRow]:
    """The evaluations of the folds of a run by all engines, by measure, engine, fold and repeat. Returns rows of
    measure, value, array_data, repeat and fold.
    """
    return (await connection.execute(_FOLD_EVALUATIONS, {"rid": rid})).all()


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
    return (await connection.execute(_TRACE, {"rid": rid})).all()


async def owner(connection: AsyncConnection, rid: int) -> AnyRow | None:
    """Whose run it is. Returns a row with the uploader, who may be None; None for an unknown id."""
    return (await connection.execute(_OWNER, {"rid": rid})).first()


async def forget_evaluations(connection: AsyncConnection, rid: int) -> None:
    """Delete what all engines said of a run; evaluations and traces go with it by the foreign keys. ``connection``: of
    a writing transaction.
    """
    await connection.execute(delete(_evaluated).where(_evaluated.c.run_id == rid))
