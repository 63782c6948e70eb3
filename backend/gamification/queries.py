"""SQL of scores (legacy notes, flow 9).

Each query counts rows of several kinds at once, per day when the window asks for it.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.gamification.windows import Window

Counts = Mapping[tuple[str, str | None], int]
"""Number of rows by their kind and their day; the day is None when the window is one part."""

SOURCE = "source_data"

_task_input = tables.task_inputs
_run = tables.run
_data = tables.dataset
_flow = tables.implementation
_setup = tables.algorithm_setup
_like = tables.likes
_download = tables.downloads


_user_id: BindParameter[int] = bindparam("user_id")
_kind: BindParameter[str] = bindparam("kind")
_item: BindParameter[int] = bindparam("item")

_WINDOWS = 100
"""So many windows of a score have their statements kept; most that are asked for are those of one day."""

_VISIBILITY = select(tables.users.c.gamification_visibility).where(tables.users.c.id == _user_id)


async def visibility(connection: AsyncConnection, user_id: int) -> str | None:
    """Whether a user shows scores to others. Returns the setting; None for an unknown user."""
    return await connection.scalar(_VISIBILITY, {"user_id": user_id})


async def activity(connection: AsyncConnection, user_id: int, window: Window) -> Counts:
    """What a user did. Returns counts of ``uploads``, ``likes`` and ``downloads``."""
    return await _counts(connection, _activity(window), {"user_id": user_id})


@lru_cache(_WINDOWS)
def _activity(window: Window) -> CompoundSelect[*tuple[Any, ...]]:
    task = tables.task
    return union_all(
        _count("uploads", _data, _data.c.upload_date, window, _data.c.uploader == _user_id),
        _count("uploads", _flow, _flow.c.uploadDate, window, _flow.c.uploader == _user_id),
        _count("uploads", task, task.c.creation_date, window, task.c.creator == _user_id),
        _count("uploads", _run, _run.c.start_time, window, _run.c.uploader == _user_id),
        _count("likes", _like, _like.c.time, window, _like.c.user_id == _user_id),
        _count("downloads", _download, _download.c.time, window, _download.c.user_id == _user_id),
    )


async def reach(connection: AsyncConnection, kind: str, item: int, window: Window) -> Counts:
    """What an item received. ``kind``: type of the item. Returns counts of ``likes`` and ``downloads``."""
    return await _counts(connection, _reach(window), {"kind": kind, "item": item})


@lru_cache(_WINDOWS)
def _reach(window: Window) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(
        *(
            _count(
                name,
                votes,
                votes.c.time,
                window,
                votes.c.knowledge_type == _kind,
                votes.c.knowledge_id == _item,
            )
            for name, votes in (("likes", _like), ("downloads", _download))
        )
    )


async def reuse_of_user(connection: AsyncConnection, user_id: int, window: Window) -> Counts:
    """Runs of others on a user's data sets, and with a user's flows, with what these runs received from others.

    ``window``: when; PHP ignores it unless it is per day. Returns counts of ``reuse`` (a run on own data with an own
    flow counts twice) and ``reach``.
    """
    whole = window if window.per_day else Window("", None)
    return await _counts(connection, _reuse_of_user(whole), {"user_id": user_id})


@lru_cache(_WINDOWS)
def _reuse_of_user(window: Window) -> CompoundSelect[*tuple[Any, ...]]:
    data = (
        _run.join(_task_input, _task_input.c.task_id == _run.c.task_id).join(
            _data, _data.c.did == cast(_task_input.c.value, Integer)
        ),
        (_task_input.c.input == SOURCE, _data.c.uploader == _user_id, _run.c.uploader != _user_id),
    )
    flow = (
        _run.join(_setup, _setup.c.sid == _run.c.setup).join(_flow, _flow.c.id == _setup.c.implementation_id),
        (_flow.c.uploader == _user_id, _run.c.uploader != _user_id),
    )
    runs = union_all(
        *(select(_run.c.rid).select_from(source).where(*conditions) for source, conditions in (data, flow))
    )
    return union_all(
        *(
            _count("reuse", source, _run.c.start_time, window, *conditions)
            for source, conditions in (data, flow)
        ),
        *_received("r", select(runs.subquery().c.rid), window, _user_id),
    )


async def reuse_of_item(connection: AsyncConnection, kind: str, item: int, window: Window) -> Counts:
    """What others made of an item, with what that received from others.

    Tasks on a data set; runs with a flow; runs on a task. ``kind``: type of the item. ``window``: when; one with both
    ends. Returns counts of ``reuse`` and ``reach``; none for runs and unknown types.
    """
    if kind.lower() not in ("d", "f", "t"):
        return {}
    return await _counts(connection, _reuse_of_item(kind.lower(), window), {"item": item})


@lru_cache(_WINDOWS)
def _reuse_of_item(kind: str, window: Window) -> CompoundSelect[*tuple[Any, ...]]:
    task = tables.task
    source: FromClause
    own: Column[int]
    match kind:
        case "d":
            source = task.join(_task_input, _task_input.c.task_id == task.c.task_id).join(
                _data, _data.c.did == cast(_task_input.c.value, Integer)
            )
            conditions: tuple[ColumnElement[bool], ...] = (
                _task_input.c.input == SOURCE,
                _data.c.did == _item,
                task.c.creator != _data.c.uploader,
            )
            made, key, moment, own = "t", task.c.task_id, task.c.creation_date, _data.c.uploader
            owner = select(own).where(_data.c.did == _item)
        case "f":
            source = _run.join(_setup, _setup.c.sid == _run.c.setup).join(
                _flow, _flow.c.id == _setup.c.implementation_id
            )
            conditions = (_flow.c.id == _item, _run.c.uploader != _flow.c.uploader)
            made, key, moment, own = "r", _run.c.rid, _run.c.start_time, _flow.c.uploader
            owner = select(own).where(_flow.c.id == _item)
        case _:
            source = _run.join(task, task.c.task_id == _run.c.task_id)
            conditions = (task.c.task_id == _item, _run.c.uploader != task.c.creator)
            made, key, moment, own = "r", _run.c.rid, _run.c.start_time, task.c.creator
            owner = select(own).where(task.c.task_id == _item)
    return union_all(
        _count("reuse", source, moment, window, *conditions),
        *_received(made, select(key).select_from(source).where(*conditions), window, owner.scalar_subquery()),
    )


def _received(kind: str, items: Select[Any], window: Window, owner: Any) -> Iterable[Select[Any]]:
    """Likes and downloads of items by others than their owner."""
    for votes in (_like, _download):
        yield _count(
            "reach",
            votes,
            votes.c.time,
            window,
            votes.c.knowledge_type == kind,
            votes.c.knowledge_id.in_(items),
            votes.c.user_id != owner,
        )


def _count(
    name: str,
    source: FromClause,
    moment: ColumnElement[Any],
    window: Window,
    *conditions: ColumnElement[bool],
) -> Select[Any]:
    day = func.date(moment) if window.per_day else null()
    statement = select(literal(name).label("kind"), day.label("day"), func.count().label("number"))
    statement = statement.select_from(source).where(*conditions)
    if window.since is not None:
        statement = statement.where(moment >= window.since)
    if window.until is not None:
        statement = statement.where(moment < window.until)
    return statement.group_by(day) if window.per_day else statement


async def _counts(
    connection: AsyncConnection,
    statement: CompoundSelect[*tuple[Any, ...]],
    values: Mapping[str, object],
) -> Counts:
    counts: dict[tuple[str, str | None], int] = {}
    for kind, day, number in await connection.execute(statement, values):
        key = (kind, None if day is None else str(day))
        counts[key] = counts.get(key, 0) + number
    return counts
