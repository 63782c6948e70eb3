"""SQL of studies."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User, visible_to
from backend.input.parameters import LARGEST
from backend.studies.parameters import StudyFilters, StudyKey

Rows = Sequence[Row[*tuple[Any, ...]]]

_study = tables.study
_inputs = tables.task_inputs

SOURCE = "source_data"
"""The input that names a task's data set; members without it are not shown (legacy notes, flow 4.3)."""


async def study(connection: AsyncConnection, key: StudyKey) -> Row[*tuple[Any, ...]] | None:
    """One study.

    Args:
        connection: To ask.
        key: Its id or alias; the alias column compares letter by letter.

    Returns:
        The row; None for an unknown one.
    """
    condition = _study.c.alias == key.alias if key.id is None else _study.c.id == key.id
    return (await connection.execute(select(_study).where(condition).order_by(_study.c.id))).first()


async def task_members(connection: AsyncConnection, study_id: int) -> Rows:
    """The tasks of a suite.

    Args:
        connection: To ask.
        study_id: Id of the study.

    Returns:
        Rows of ``task_id`` and ``data``, the text of its data set's id.
    """
    member = tables.task_study
    found = await connection.execute(
        select(member.c.task_id, _inputs.c.value.label("data"))
        .join(_inputs, _inputs.c.task_id == member.c.task_id)
        .where(member.c.study_id == study_id, _inputs.c.input == SOURCE)
        .order_by(member.c.task_id)
    )
    return found.all()


async def run_members(connection: AsyncConnection, study_id: int) -> Rows:
    """The runs of a study.

    Args:
        connection: To ask.
        study_id: Id of the study.

    Returns:
        Rows of ``run_id``, ``task_id``, ``setup_id``, ``flow_id`` and ``data``, the text of its data set's id.
    """
    member, run, setup = tables.run_study, tables.run, tables.algorithm_setup
    found = await connection.execute(
        select(
            member.c.run_id,
            run.c.task_id,
            run.c.setup.label("setup_id"),
            setup.c.implementation_id.label("flow_id"),
            _inputs.c.value.label("data"),
        )
        .join(run, run.c.rid == member.c.run_id)
        .join(setup, setup.c.sid == run.c.setup)
        .join(_inputs, _inputs.c.task_id == run.c.task_id)
        .where(member.c.study_id == study_id, _inputs.c.input == SOURCE)
        .order_by(member.c.run_id)
    )
    return found.all()


async def listed(connection: AsyncConnection, filters: StudyFilters, user: User) -> Rows:
    """The studies that match.

    Args:
        connection: To ask.
        filters: What they must match.
        user: Who asks; the private studies of others are left out.

    Returns:
        Rows in the order of the id.
    """
    statement = (
        select(
            _study.c.id,
            _study.c.alias,
            _study.c.main_entity_type,
            _study.c.benchmark_suite,
            _study.c.name,
            _study.c.status,
            _study.c.creation_date,
            _study.c.creator,
        )
        .where(visible_to(user, _study.c.visibility, _study.c.creator), *_conditions(filters))
        .order_by(_study.c.id)
    )
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
