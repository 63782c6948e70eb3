"""SQL of evaluations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeAlias

from sqlalchemy import Integer, Select, and_, bindparam, cast, exists, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User
from backend.database.join_order import as_written
from backend.evaluations.random_order import random_order
from backend.legacy.values import text_of
from backend.runs.queries import AnyRow
from backend.runs.selection import MAXIMUM, RunSelection, conditions, names_runs

Order = Literal["random", "reverse", "normal"]

Parameters: TypeAlias = Mapping[int, Sequence[AnyRow]]
"""Parameter settings by setup."""

FoldKey: TypeAlias = tuple[int, int, int]
"""Run, measure and engine."""

Folds: TypeAlias = Mapping[FoldKey, Sequence[str]]
"""The values of folds, as the server writes them."""

_AT_ONCE = 1000

_run = tables.run
_setup = tables.algorithm_setup
_flow = tables.implementation
_task = tables.task
_dataset = tables.dataset
_measure = tables.math_function
_setting = tables.input_setting
_parameter = tables.input_
_setup_tag = tables.setup_tag


@dataclass(frozen=True, slots=True)
class Presentation:
    """How evaluations are listed.

    Args:
        function: Name of the only measure, if one was asked for.
        per_fold: One row for all folds of a run, measure and engine, without values, as PHP's JSON has it.
        sort_order: By value, ``asc`` or ``desc``; None is by run.
    """

    function: str | None
    per_fold: bool
    sort_order: str | None


@cache
def _scores(*, per_fold: bool) -> Select[*tuple[Any, ...]]:
    """The evaluations of all runs, or of their folds."""
    score = tables.evaluation_fold if per_fold else tables.evaluation
    source = tables.task_inputs
    found = (
        select(
            _run.c.rid,
            _run.c.uploader,
            _run.c.task_id,
            _run.c.setup,
            _setup.c.implementation_id,
            _flow.c.fullName.label("flow_name"),
            _dataset.c.did,
            _dataset.c.name.label("data_name"),
            score.c.function_id,
            _measure.c.name.label("function"),
            score.c.evaluation_engine_id,
            _run.c.start_time,
            *(
                (null().label("value"), null().label("array_data"))
                if per_fold
                else (score.c.value, score.c.array_data)
            ),
        )
        .select_from(score)
        .join(_measure, _measure.c.id == score.c.function_id)
        .join(_run, _run.c.rid == score.c.source)
        .join(_setup, _setup.c.sid == _run.c.setup)
        .join(_flow, _flow.c.id == _setup.c.implementation_id)
        .join(_task, _task.c.task_id == _run.c.task_id)
        .join(source, and_(source.c.task_id == _task.c.task_id, source.c.input == "source_data"))
        .join(_dataset, _dataset.c.did == cast(source.c.value, Integer))
    )
    return found.where(_first_fold()) if per_fold else found


async def listed(
    connection: AsyncConnection, filters: RunSelection, shown: Presentation, user: User, now: datetime
) -> Sequence[AnyRow]:
    """The evaluations of the selected runs by all engines, by run, measure and engine unless sorted otherwise.

    Runs on tasks without a data set are left out (legacy notes, task 4.2). ``filters``: which runs; limit and offset
    count evaluations.
    """
    score = tables.evaluation_fold if shown.per_fold else tables.evaluation
    key = (score.c.source, score.c.function_id, score.c.evaluation_engine_id)
    statement = _scores(per_fold=shown.per_fold).where(*conditions(filters, user, now))
    if shown.function is not None:
        statement = statement.where(_measure.c.name == shown.function)
    sort_order = None if shown.per_fold else shown.sort_order
    if sort_order == "desc":
        statement = statement.order_by(score.c.value.desc())
    elif sort_order == "asc":
        statement = statement.order_by(score.c.value)
    statement = statement.order_by(*key)
    if filters.limit is not None:
        statement = statement.limit(filters.limit)
        if shown.sort_order is None and (
            not names_runs(filters) or await count_runs(connection, filters, user, now, MAXIMUM) == MAXIMUM
        ):
            statement = as_written(statement)
    if filters.offset:
        statement = statement.offset(filters.offset)
    return (await connection.execute(statement)).all()


def _first_fold() -> Any:
    """One fold stands for all of its run, measure and engine: a list with a limit reads no more than it needs."""
    fold = tables.evaluation_fold
    other = fold.alias("earlier")
    return ~exists().where(
        other.c.source == fold.c.source,
        other.c.function_id == fold.c.function_id,
        other.c.evaluation_engine_id == fold.c.evaluation_engine_id,
        or_(
            other.c.fold < fold.c.fold,
            and_(other.c.fold == fold.c.fold, other.c.repeat < fold.c.repeat),
        ),
    )


_fold = tables.evaluation_fold
_FOLDS = (
    select(_fold.c.source, _fold.c.function_id, _fold.c.evaluation_engine_id, _fold.c.value)
    .where(_fold.c.source.in_(bindparam("runs", expanding=True)), _fold.c.value.is_not(None))
    .order_by(*_fold.primary_key)
)


def fold_key(row: AnyRow) -> FoldKey:
    """Which folds belong to a row of ``listed``."""
    return row.rid, row.function_id, row.evaluation_engine_id


async def folds(connection: AsyncConnection, rows: Sequence[AnyRow]) -> Folds:
    """The values of the folds that rows stand for, by fold and repeat; one statement for each thousand runs. ``rows``:
    of ``listed``. Returns the texts; of folds without a value none.
    """
    wanted: dict[FoldKey, list[str]] = {fold_key(row): [] for row in rows}
    runs = sorted({run for run, _, _ in wanted})
    for at in range(0, len(runs), _AT_ONCE):
        for run, *measured, value in await connection.execute(_FOLDS, {"runs": runs[at : at + _AT_ONCE]}):
            if (values := wanted.get((run, *measured))) is not None:
                values.append(text_of(value))
    return wanted


_SELECTED: Select[*tuple[Any, ...]] = (
    select(_run.c.rid)
    .join(_setup, _setup.c.sid == _run.c.setup)
    .join(_task, _task.c.task_id == _run.c.task_id)
)


async def count_runs(
    connection: AsyncConnection, filters: RunSelection, user: User, now: datetime, most: int | None = None
) -> int:
    """How many runs are selected, evaluated or not. ``filters``: which runs; limit and offset do not count. ``most``:
    do not count further than this.
    """
    selected = _SELECTED.where(*conditions(filters, user, now))
    if most is not None:
        selected = selected.limit(most)
    return await connection.scalar(select(func.count()).select_from(selected.subquery())) or 0


_PARAMETERS = (
    select(
        _setting.c.setup,
        _parameter.c.id,
        _parameter.c.implementation_id,
        _flow.c.name.label("flow_name"),
        _flow.c.fullName.label("flow_full_name"),
        _parameter.c.name,
        _parameter.c.dataType,
        _parameter.c.defaultValue,
        _setting.c.value,
    )
    .join(_parameter, _parameter.c.id == _setting.c.input_id)
    .join(_flow, _flow.c.id == _parameter.c.implementation_id)
    .outerjoin(_setup_tag, _setup_tag.c.id == _setting.c.setup)
    .where(_setting.c.setup.in_(bindparam("setups", expanding=True)))
    .order_by(_setting.c.setup, _parameter.c.id, _setup_tag.c.tag)
)


async def parameters(connection: AsyncConnection, setups: Iterable[int]) -> Parameters:
    """The parameter settings of setups, by the ids of the parameters.

    A setup with k tags has each of them k times, as in PHP (legacy notes, task 4.2).
    """
    found = await connection.execute(_PARAMETERS, {"setups": sorted(set(setups))})
    rows: dict[int, list[AnyRow]] = {}
    for row in found:
        rows.setdefault(row.setup, []).append(row)
    return rows


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Which runs an engine asks for.

    Args:
        count: Most runs; 0 is all.
        retried_before: Runs that failed before this time are to be tried again.
        most_tries: Runs that failed so often are not.
    """

    engine: int
    order: Order
    count: int
    retried_before: datetime
    most_tries: int = 3


async def unevaluated(
    connection: AsyncConnection,
    wanted: RunRequest,
    columns: Mapping[str, tuple[int, ...]],
    tag: str | None,
) -> Sequence[AnyRow]:
    """The runs that an engine has not evaluated, or failed to evaluate some time ago. Returns the rows, by run id
    unless asked otherwise.

    Args:
        wanted: Which runs, and how many.
        columns: Ids by the names of filters: ``ttid``, ``task``, ``uploader``, ``setup``.
        tag: That the runs must have, if any.
    """
    state = tables.run_evaluated
    statement = (
        select(_run.c.rid, _run.c.task_id, _run.c.setup, _run.c.uploader, _run.c.start_time)
        .join(_task, _task.c.task_id == _run.c.task_id)
        .outerjoin(state, and_(state.c.run_id == _run.c.rid, state.c.evaluation_engine_id == wanted.engine))
        .where(
            or_(
                state.c.run_id.is_(None),
                and_(
                    state.c.error.is_not(None),
                    state.c.num_tries < wanted.most_tries,
                    state.c.evaluation_date < wanted.retried_before,
                ),
            )
        )
    )
    places = {
        "ttid": _task.c.ttid,
        "task": _run.c.task_id,
        "uploader": _run.c.uploader,
        "setup": _run.c.setup,
    }
    for name, ids in columns.items():
        statement = statement.where(places[name].in_(ids))
    if tag is not None:
        tagged = tables.run_tag
        statement = statement.where(_run.c.rid.in_(select(tagged.c.id).where(tagged.c.tag == tag)))
    orders = {"random": random_order(), "reverse": _run.c.rid.desc(), "normal": _run.c.rid}
    statement = statement.order_by(orders[wanted.order])
    if wanted.count:
        statement = statement.limit(wanted.count)
        if not columns and tag is None and wanted.order != "random":
            statement = as_written(statement)
    return (await connection.execute(statement)).all()
