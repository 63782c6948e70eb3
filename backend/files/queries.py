"""SQL of stored files."""

from typing import Any

from sqlalchemy import Integer, Row, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import first, rows

ENGINE = 1
"""The evaluation engine whose features are shown."""


_dataset = tables.dataset
_feature = tables.data_feature
_given = tables.task_inputs

_FILE = select(tables.file).where(tables.file.c.id == bindparam("file_id"))
_OWNER = (
    select(_dataset.c.did)
    .where(_dataset.c.file_id == bindparam("file_id"))
    .order_by(_dataset.c.did)
    .limit(1)
    .scalar_subquery()
)
_FEATURE_NAMES = (
    select(_feature.c.name)
    .where(_feature.c.did == _OWNER, _feature.c.evaluation_engine_id == ENGINE)
    .order_by(_feature.c.index)
)
_DATA_OF_TASK = (
    select(_dataset.c.did, _dataset.c.visibility, _dataset.c.uploader)
    .join(_given, _dataset.c.did == cast(_given.c.value, Integer))
    .where(_given.c.task_id == bindparam("task_id"), _given.c.input == "source_data")
)


async def file(connection: AsyncConnection, file_id: int) -> Row[*tuple[Any, ...]] | None:
    """One registered file. Returns the row; None for an unknown id."""
    return await first(connection, _FILE, {"file_id": file_id})


async def feature_names(connection: AsyncConnection, file_id: int) -> list[str]:
    """The names of the features of the data set that a file belongs to. Returns the names in the order of the columns;
    none when no data set has this file.
    """
    return [value for (value,) in await rows(connection, _FEATURE_NAMES, {"file_id": file_id})]


async def data_of_task(connection: AsyncConnection, task_id: int) -> Row[*tuple[Any, ...]] | None:
    """Whose the data set of a task is. Returns the data set's ``did``, ``visibility`` and ``uploader``; None for a
    task that has none.
    """
    return await first(connection, _DATA_OF_TASK, {"task_id": task_id})
