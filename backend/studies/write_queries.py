"""SQL that changes studies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Table, delete, select, update
from sqlalchemy import insert as insert_into
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import coerced, insert
from backend.studies import queries
from backend.studies.creation import NewStudy

_study = tables.study

_MEMBERS: Final[dict[str, tuple[Table, Column[int]]]] = {
    "run": (tables.run_study, tables.run_study.c.run_id),
    "task": (tables.task_study, tables.task_study.c.task_id),
}


async def alias_is_taken(connection: AsyncConnection, alias: str) -> bool:
    """Whether a study has an alias; letter case counts."""
    return await connection.scalar(select(_study.c.id).where(_study.c.alias == alias)) is not None


async def create(connection: AsyncConnection, new: NewStudy, creator: int, now: datetime) -> int:
    """Store a study without its members; its status is in preparation. ``creator``: id of the user. Returns the new
    id. Raises IntegrityError: the alias is taken, the suite is not there, or the description is None.
    """
    return await insert(
        connection,
        _study,
        {
            "alias": new.alias,
            "main_entity_type": new.main_entity_type,
            "benchmark_suite": new.suite,
            "name": new.name,
            "description": new.description,
            "visibility": "public",
            "creation_date": now,
            "creator": creator,
            "legacy": "n",
        },
    )


async def attach(
    connection: AsyncConnection, kind: str, study_id: int, ids: Sequence[int], user_id: int, now: datetime
) -> None:
    """Put members into a study. ``kind``: the main entity type. ``ids``: of the tasks or runs. Raises IntegrityError:
    one is not there, is in the study already, or is named twice.
    """
    table, member = _MEMBERS[kind]
    rows = [
        coerced(table, {"study_id": study_id, member.name: number, "uploader": user_id, "date": now})
        for number in ids
    ]
    if rows:
        await connection.execute(insert_into(table), rows)


async def detach(connection: AsyncConnection, kind: str, study_id: int, ids: Sequence[int]) -> None:
    """Take members out of a study; those that are not in it do not matter. ``kind``: the main entity type. ``ids``: of
    the tasks or runs.
    """
    table, member = _MEMBERS[kind]
    await connection.execute(delete(table).where(table.c.study_id == study_id, member.in_(ids)))


async def count_members(connection: AsyncConnection, kind: str, study_id: int) -> int:
    """How many members a study shows: those on tasks without a data set do not count (legacy notes, flow 4.5)."""
    members = queries.run_members if kind == "run" else queries.task_members
    column = f"{kind}_id"
    return len({row._mapping[column] for row in await members(connection, study_id)})


async def set_status(connection: AsyncConnection, study_id: int, status: str) -> None:
    """Change the status of a study. ``status``: the new one."""
    await connection.execute(update(_study).where(_study.c.id == study_id).values(status=status))


async def remove(connection: AsyncConnection, study_id: int) -> None:
    """Delete a study; its members, and the tags of an old one, go with it. Raises IntegrityError: it is the suite of
    another study.
    """
    await connection.execute(delete(_study).where(_study.c.id == study_id))
