"""SQL of evaluations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    FromClause,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User
from backend.database.join_order import as_written
from backend.evaluations.random_order import random_order
from backend.legacy.values import text_of
from backend.runs.queries import AnyRow
from backend.runs.selection import RunSelection, conditions, read_first, reads_in_order, selected

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


def _columns(score: FromClause, per_fold: bool) -> list[Any]:
    """What a list shows of each evaluation."""
    return [
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
    ]


def _runs_of(score: FromClause) -> FromClause:
    """Evaluations with their measures, runs, setups and tasks."""
    return (
        score.join(_measure, _measure.c.id == score.c.function_id)
        .join(_run, _run.c.rid == score.c.source)
        .join(_setup, _setup.c.sid == _run.c.setup)
        .join(_task, _task.c.task_id == _run.c.task_id)
    )


def _key(score: FromClause) -> tuple[Any, ...]:
    return score.c.source, score.c.function_id, score.c.evaluation_engine_id


def _score(per_fold: bool) -> Table:
    return tables.evaluation_fold if per_fold else tables.evaluation


def _shown_of(runs: FromClause) -> FromClause:
    """Runs with their setups and tasks, and what a list shows of them: flow and data set."""
    source = tables.task_inputs
    return (
        runs.join(_flow, _flow.c.id == _setup.c.implementation_id)
        .join(source, and_(source.c.task_id == _task.c.task_id, source.c.input == "source_data"))
        .join(_dataset, _dataset.c.did == cast(source.c.value, Integer))
    )


async def listed(
    connection: AsyncConnection, filters: RunSelection, shown: Presentation, user: User, now: datetime
) -> Sequence[AnyRow]:
    """The evaluations of the selected runs by all engines, by run, measure and engine unless sorted otherwise.

    Runs on tasks without a data set are left out (legacy notes, task 4.2). ``filters``: which runs; limit and offset
    count evaluations.
    """
    score = _score(shown.per_fold)
    # The name is unique: the index of the measures' ids has their runs in order.
    wanted = [] if shown.function is None else [score.c.function_id == _id_of(shown.function)]
    sort_order = None if shown.per_fold else shown.sort_order
    if filters.limit is None or sort_order is not None:
        statement = _all(filters, shown, wanted, user, now)
        if sort_order is not None:
            statement = statement.order_by(score.c.value.desc() if sort_order == "desc" else score.c.value)
        statement = statement.order_by(*_key(score)).limit(filters.limit).offset(filters.offset or None)
    else:
        statement = _page(filters, shown, wanted, user, now)
    return (await connection.execute(statement)).all()


def _id_of(measure: str) -> Any:
    return select(_measure.c.id).where(_measure.c.name == measure).scalar_subquery()


def _all(
    filters: RunSelection, shown: Presentation, wanted: list[Any], user: User, now: datetime
) -> Select[*tuple[Any, ...]]:
    """The evaluations of the selected runs, in no order."""
    score, first = _score(shown.per_fold), read_first(filters)
    runs = _runs_of(score)
    if first is not None:
        runs = runs.join(first, selected(first)[1] == _run.c.rid)
    statement = select(*_columns(score, shown.per_fold)).select_from(_shown_of(runs))
    statement = statement.where(*conditions(filters, user, now, _dataset), *wanted)
    if shown.per_fold:
        statement = statement.where(_first_fold())
    if shown.sort_order is not None and filters.limit is not None and not _names_few(filters):
        # Sorting the values alone and looking up the best is cheaper than looking up all and sorting.
        statement = as_written(statement)
    return statement


def _names_few(filters: RunSelection) -> bool:
    return any(given is not None for given in (filters.run, filters.task, filters.setup, filters.study))


def _page(
    filters: RunSelection, shown: Presentation, wanted: list[Any], user: User, now: datetime
) -> Select[*tuple[Any, ...]]:
    """A page of the evaluations by run, measure and engine.

    They are those of the first runs that have one: of so many runs as there are evaluations up to the end of the page.
    What is shown of the runs is looked up for the page alone.
    """
    score = _score(shown.per_fold)
    runs, rid = selected(read_first(filters))
    evaluated = select(literal(1)).where(score.c.source == _run.c.rid, *wanted).limit(1).scalar_subquery()
    first = select(_run.c.rid).select_from(_shown_of(runs))
    first = first.where(*conditions(filters, user, now, _dataset), evaluated.is_not(None))
    first = first.order_by(rid).limit((filters.limit or 0) + (filters.offset or 0))
    if reads_in_order(filters):
        first = as_written(first)
    begun = first.subquery("begun")
    rows = select(score).join(begun, score.c.source == begun.c.rid).where(*wanted)
    if shown.per_fold:
        rows = rows.where(_first_fold())
    rows = rows.order_by(*_key(score)).limit(filters.limit).offset(filters.offset or None)
    page = rows.subquery("page")
    statement = select(*_columns(page, shown.per_fold)).select_from(_shown_of(_runs_of(page)))
    return statement.order_by(*_key(page))


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


async def count_runs(
    connection: AsyncConnection, filters: RunSelection, user: User, now: datetime, most: int | None = None
) -> int:
    """How many runs are selected, evaluated or not. ``filters``: which runs; limit and offset do not count. ``most``:
    do not count further than this.
    """
    runs = select(_run.c.rid).select_from(selected(read_first(filters))[0])
    runs = runs.where(*conditions(filters, user, now))
    if most is not None:
        runs = runs.limit(most)
    return await connection.scalar(select(func.count()).select_from(runs.subquery())) or 0


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
