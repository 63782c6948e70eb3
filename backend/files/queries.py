"""SQL of stored files."""

from typing import Any

from sqlalchemy import Integer, Row, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

ENGINE = 1
"""The evaluation engine whose features are shown."""


async def file(connection: AsyncConnection, file_id: int) -> Row[*tuple[Any, ...]] | None:
    """One registered file.

    Args:
        connection: To ask.
        file_id: Id of the file.

    Returns:
        The row; None for an unknown id.
    """
    return (await connection.execute(select(tables.file).where(tables.file.c.id == file_id))).first()


async def feature_names(connection: AsyncConnection, file_id: int) -> list[str]:
    """The names of the features of the data set that a file belongs to.

    Args:
        connection: To ask.
        file_id: Id of the file.

    Returns:
        The names in the order of the columns; none when no data set has this file.
    """
    feature, dataset = tables.data_feature, tables.dataset
    owner = select(dataset.c.did).where(dataset.c.file_id == file_id).order_by(dataset.c.did).limit(1)
    return list(
        await connection.scalars(
            select(feature.c.name)
            .where(feature.c.did == owner.scalar_subquery(), feature.c.evaluation_engine_id == ENGINE)
            .order_by(feature.c.index)
        )
    )


async def data_of_task(connection: AsyncConnection, task_id: int) -> Row[*tuple[Any, ...]] | None:
    """Whose the data set of a task is.

    Args:
        connection: To ask.
        task_id: Id of the task.

    Returns:
        The data set's ``did``, ``visibility`` and ``uploader``; None for a task that has none.
    """
    given, dataset = tables.task_inputs, tables.dataset
    found = await connection.execute(
        select(dataset.c.did, dataset.c.visibility, dataset.c.uploader)
        .join(given, dataset.c.did == cast(given.c.value, Integer))
        .where(given.c.task_id == task_id, given.c.input == "source_data")
    )
    return found.first()
