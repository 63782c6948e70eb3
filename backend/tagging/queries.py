"""SQL of tags."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, Table, bindparam, cast, delete, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import insert
from backend.tagging.kinds import DATA, TASK, TaggedKind


@cache
def _entity(kind: TaggedKind) -> Select[*tuple[Any, ...]]:
    dataset, given = tables.dataset, tables.task_inputs
    asked: Select[*tuple[Any, ...]]
    if kind is DATA:
        asked = select(dataset.c.did, dataset.c.visibility, dataset.c.uploader)
    elif kind is TASK:
        source = (given.c.task_id == kind.id) & (given.c.input == "source_data")
        asked = (
            select(dataset.c.did, dataset.c.visibility, dataset.c.uploader)
            .select_from(kind.entity)
            .outerjoin(given, source)
            .outerjoin(dataset, dataset.c.did == cast(given.c.value, Integer))
        )
    else:
        asked = select(*(null().label(name) for name in ("did", "visibility", "uploader"))).select_from(
            kind.entity
        )
    return asked.where(kind.id == bindparam("entity_id"))


@cache
def _tags(table: Table) -> Select[tuple[str]]:
    return select(table.c.tag).where(table.c.id == bindparam("entity_id")).order_by(table.c.tag)


async def entity(
    connection: AsyncConnection, kind: TaggedKind, entity_id: int
) -> Row[*tuple[Any, ...]] | None:
    """An entity, with whose data set it is about. Returns ``did``, ``visibility`` and ``uploader`` of the data set:
    all None for flows, runs and setups, and for a task without one. None for an unknown id.
    """
    return (await connection.execute(_entity(kind), {"entity_id": entity_id})).first()


async def tags(
    connection: AsyncConnection, kind: TaggedKind, entity_id: int, *, lock: bool = False
) -> list[str]:
    """The tags of an entity, in alphabetical order. ``lock``: see what others committed meanwhile, and keep them from
    changing it.
    """
    asked = _tags(kind.tags)
    asked = asked.with_for_update() if lock else asked
    return list(await connection.scalars(asked, {"entity_id": entity_id}))


async def owner(connection: AsyncConnection, kind: TaggedKind, entity_id: int, tag: str) -> int | None:
    """Who put a tag on an entity; the column decides which tags are the same. Returns the user's id; None when the
    entity does not have the tag.
    """
    table = kind.tags
    asked = select(table.c.uploader).where(table.c.id == entity_id, table.c.tag == tag)
    found: int | None = await connection.scalar(asked.with_for_update())
    return found


async def put(
    connection: AsyncConnection, kind: TaggedKind, entity_id: int, tag: str, user_id: int, now: datetime
) -> None:
    """Put a tag on an entity. Raises IntegrityError: the entity has the tag, or one that only differs in capitals."""
    await insert(connection, kind.tags, {"id": entity_id, "tag": tag, "uploader": user_id, "date": now})


async def take(connection: AsyncConnection, kind: TaggedKind, entity_id: int, tag: str) -> None:
    """Take a tag off an entity."""
    table = kind.tags
    await connection.execute(delete(table).where(table.c.id == entity_id, table.c.tag == tag))
