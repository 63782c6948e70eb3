"""SQL of what changes data sets.

Whoever changes a data set holds its row first, so that others wait. What is read then is locked too: a plain read
would show what was there when the transaction began.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.results import AnyRow
from backend.database.storing import coerced, insert

_dataset = tables.dataset
_description = tables.dataset_description
_status = tables.dataset_status

_LEADING = re.compile(r"[0-9]{1,18}")


async def dataset(connection: AsyncConnection, did: int) -> AnyRow | None:
    """A data set with all its columns; other writers wait. Returns the row; None for an unknown id."""
    found = await connection.execute(select(_dataset).where(_dataset.c.did == did).with_for_update())
    return found.first()


async def used_by_task(connection: AsyncConnection, did: int) -> bool:
    """Whether a task is about a data set."""
    given = tables.task_inputs
    source = exists().where(given.c.input == "source_data", cast(given.c.value, Integer) == did)
    return bool(await connection.scalar(select(source)))


async def next_version(connection: AsyncConnection, name: str) -> str:
    """The version of the next data set of a name; who asks at the same time waits.

    One more than the highest: of ``1.0-beta`` the 1 counts (legacy notes, data 10.12). Capitals do not count in
    names.
    """
    versions = await connection.scalars(
        select(_dataset.c.version).where(_dataset.c.name == name).with_for_update()
    )
    found = (_LEADING.match(version) for version in versions)
    return str(1 + max((int(leading[0]) if leading else 0 for leading in found), default=0))


async def add(connection: AsyncConnection, values: Mapping[str, object]) -> int:
    """Insert a data set. ``values``: by column. Raises IntegrityError: there is one of this name and version."""
    return await insert(connection, _dataset, values)


async def change(connection: AsyncConnection, did: int, values: Mapping[str, object]) -> None:
    """Change columns of a data set."""
    await connection.execute(update(_dataset).where(_dataset.c.did == did).values(coerced(_dataset, values)))


async def remove(connection: AsyncConnection, did: int) -> None:
    """Delete a data set; status, tags, topics, descriptions and all results of engines go with it."""
    await connection.execute(delete(_dataset).where(_dataset.c.did == did))


async def forget_results(connection: AsyncConnection, did: int) -> None:
    """Delete what engines found out: features, their values, and qualities go with the processing."""
    for table in (tables.data_processed, tables.data_feature_value):
        await connection.execute(delete(table).where(table.c.did == did))


async def newest_description(connection: AsyncConnection, did: int) -> AnyRow | None:
    """The newest description of a data set. Returns its text and uploader; None when there is none."""
    found = await connection.execute(
        select(_description.c.description, _description.c.uploader)
        .where(_description.c.did == did)
        .order_by(_description.c.version.desc())
        .limit(1)
    )
    return found.first()


async def add_description(connection: AsyncConnection, did: int, text: str, uploader: int) -> None:
    """Add a version of the description. ``connection``: of the transaction, which holds the data set. ``uploader``: id
    of its user.
    """
    newest = await connection.scalar(
        select(func.max(_description.c.version)).where(_description.c.did == did).with_for_update()
    )
    row = {"did": did, "version": (newest or 0) + 1, "description": text, "uploader": uploader}
    await insert(connection, _description, row)


async def statuses(connection: AsyncConnection, did: int) -> Sequence[str]:
    """The status rows of a data set. ``connection``: of the transaction, which holds the data set. Returns their
    words; none for a data set in preparation.
    """
    asked = select(_status.c.status).where(_status.c.did == did).with_for_update()
    return list(await connection.scalars(asked))


async def add_status(connection: AsyncConnection, did: int, status: str, user_id: int, now: datetime) -> None:
    """Add a status row. ``status``: ``active`` or ``deactivated``. Raises IntegrityError: the data set has it."""
    row: dict[str, Any] = {"did": did, "status": status, "status_date": now, "user_id": user_id}
    await insert(connection, _status, row)


async def remove_status(connection: AsyncConnection, did: int, status: str) -> None:
    """Delete a status row. ``status``: ``active`` or ``deactivated``."""
    await connection.execute(delete(_status).where(_status.c.did == did, _status.c.status == status))
