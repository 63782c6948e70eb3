"""SQL of studies."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, bindparam, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User, visible_to
from backend.database.batches import first, rows
from backend.input.parameters import LARGEST
from backend.studies.parameters import StudyFilters, StudyKey

Rows = Sequence[Row[*tuple[Any, ...]]]

_study = tables.study
_inputs = tables.task_inputs

SOURCE = "source_data"
"""The input that names a task's data set; members without it are not shown (legacy notes, flow 4.3)."""


_member_task = tables.task_study
_member_run = tables.run_study
_run = tables.run
_setup = tables.algorithm_setup

_STUDY_OF_ID = select(_study).where(_study.c.id == bindparam("id"))
_STUDY_OF_ALIAS = select(_study).where(_study.c.alias == bindparam("alias")).order_by(_study.c.id)
_TASK_MEMBERS = (
    select(_member_task.c.task_id, _inputs.c.value.label("data"))
    .join(_inputs, _inputs.c.task_id == _member_task.c.task_id)
    .where(_member_task.c.study_id == bindparam("study_id"), _inputs.c.input == SOURCE)
    .order_by(_member_task.c.task_id)
)
_RUN_MEMBERS = (
    select(
        _member_run.c.run_id,
        _run.c.task_id,
        _run.c.setup.label("setup_id"),
        _setup.c.implementation_id.label("flow_id"),
        _inputs.c.value.label("data"),
    )
    .join(_run, _run.c.rid == _member_run.c.run_id)
    .join(_setup, _setup.c.sid == _run.c.setup)
    .join(_inputs, _inputs.c.task_id == _run.c.task_id)
    .where(_member_run.c.study_id == bindparam("study_id"), _inputs.c.input == SOURCE)
    .order_by(_member_run.c.run_id)
)
_study_tag = tables.study_tag
_TAGS = select(_study_tag).where(_study_tag.c.study_id == bindparam("study_id")).order_by(_study_tag.c.tag)
_TAG_TABLES = {
    "data": tables.dataset_tag,
    "tasks": tables.task_tag,
    "flows": tables.implementation_tag,
    "setups": tables.setup_tag,
    "runs": tables.run_tag,
}
_LISTED = select(
    _study.c.id,
    _study.c.alias,
    _study.c.main_entity_type,
    _study.c.benchmark_suite,
    _study.c.name,
    _study.c.status,
    _study.c.creation_date,
    _study.c.creator,
).order_by(_study.c.id)


async def study(connection: AsyncConnection, key: StudyKey) -> Row[*tuple[Any, ...]] | None:
    """One study. ``key``: its id or alias; the alias column compares letter by letter. Returns the row; None for an
    unknown one.
    """
    if key.id is None:
        return await first(connection, _STUDY_OF_ALIAS, {"alias": key.alias})
    return await first(connection, _STUDY_OF_ID, {"id": key.id})


async def task_members(connection: AsyncConnection, study_id: int) -> Rows:
    """The tasks of a suite. Returns rows of ``task_id`` and ``data``, the text of its data set's id."""
    return await rows(connection, _TASK_MEMBERS, {"study_id": study_id})


async def run_members(connection: AsyncConnection, study_id: int) -> Rows:
    """The runs of a study. Returns rows of ``run_id``, ``task_id``, ``setup_id``, ``flow_id`` and ``data``, the text
    of its data set's id.
    """
    return await rows(connection, _RUN_MEMBERS, {"study_id": study_id})


async def tags(connection: AsyncConnection, study_id: int) -> Rows:
    """What makes a study of the old kind. Returns rows of ``tag``, ``window_start``, ``window_end`` and
    ``write_access``.
    """
    return await rows(connection, _TAGS, {"study_id": study_id})


async def tagged(connection: AsyncConnection, study_id: int, creator: int, part: str | None) -> Rows:
    """What has one of the tags of a study, set within its window by someone who may.

    ``creator``: whose tags count where the study is not open to all. ``part``: the only kind that is asked for; None
    for all. Returns rows of ``part`` and ``id``.
    """
    parts = tuple(_TAG_TABLES) if part is None else (part,)
    return (await connection.execute(_tagged(parts), {"study_id": study_id, "creator": creator})).all()


@cache
def _tagged(parts: tuple[str, ...]) -> CompoundSelect[*tuple[Any, ...]]:
    found = []
    for part in parts:
        given = _TAG_TABLES[part]
        start, end = _study_tag.c.window_start, _study_tag.c.window_end
        found.append(
            select(literal(part).label("part"), given.c.id)
            .join(_study_tag, _study_tag.c.tag == given.c.tag)
            .where(
                _study_tag.c.study_id == bindparam("study_id"),
                or_(start.is_(None), given.c.date > start),
                or_(end.is_(None), given.c.date < end),
                or_(_study_tag.c.write_access == "public", given.c.uploader == bindparam("creator")),
            )
            .distinct()
        )
    return union_all(*found).order_by("id")


async def listed(connection: AsyncConnection, filters: StudyFilters, user: User) -> Rows:
    """The studies that match. ``filters``: what they must match. ``user``: who asks; the private studies of others are
    left out. Returns rows in the order of the id.
    """
    statement = _LISTED.where(visible_to(user, _study.c.visibility, _study.c.creator), *_conditions(filters))
    if filters.limit is not None or filters.offset:
        # MySQL knows no offset without a limit.
        statement = statement.limit(LARGEST if filters.limit is None else filters.limit).offset(
            filters.offset or 0
        )
    return (await connection.execute(statement)).all()


def _conditions(filters: StudyFilters) -> list[ColumnElement[bool]]:
    """One condition per filter that restricts; PHP takes the text 0 for none (legacy notes, flow 4.2)."""
    conditions: list[ColumnElement[bool]] = []
    if filters.status is not None:
        conditions.append(_study.c.status == filters.status)
    if filters.main_entity_type not in (None, "0"):
        conditions.append(_study.c.main_entity_type == filters.main_entity_type)
    if filters.uploader is not None:
        conditions.append(_study.c.creator == filters.uploader)
    if filters.benchmark_suite is not None:
        conditions.append(_study.c.benchmark_suite == filters.benchmark_suite)
    return conditions
