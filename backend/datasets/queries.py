"""SQL of data sets."""

from typing import Any

from sqlalchemy import Row, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

ENGINE = 1
"""The evaluation engine whose results are shown unless another is asked for (legacy notes, data 10.1)."""

IN_PREPARATION = "in_preparation"
"""The status of a data set without a status row."""

_dataset = tables.dataset
_status = tables.dataset_status
_processed = tables.data_processed
_description = tables.dataset_description
_file = tables.file


async def description(connection: AsyncConnection, did: int) -> Row[Any] | None:
    """One data set with its file, newest description, newest status and processing result.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        The row; ``file`` is None when there is no file row. None for an unknown id.
    """
    # Of two status rows of one second, active counts (legacy notes, data 10.2, corrections).
    status = (
        select(_status.c.status)
        .where(_status.c.did == _dataset.c.did)
        .order_by(_status.c.status_date.desc(), case((_status.c.status == "active", 0), else_=1))
        .limit(1)
        .scalar_subquery()
    )
    versions = _description.alias("versions")
    newest = select(func.max(versions.c.version)).where(versions.c.did == _dataset.c.did).scalar_subquery()
    found = await connection.execute(
        select(
            _dataset,
            func.coalesce(status, IN_PREPARATION).label("status"),
            _description.c.description,
            _description.c.version.label("description_version"),
            _processed.c.processing_date,
            _processed.c.error,
            _processed.c.warning,
            _file.c.id.label("file"),
            _file.c.md5_hash,
        )
        .outerjoin(_file, _file.c.id == _dataset.c.file_id)
        .outerjoin(
            _processed,
            and_(_processed.c.did == _dataset.c.did, _processed.c.evaluation_engine_id == ENGINE),
        )
        .outerjoin(_description, and_(_description.c.did == _dataset.c.did, _description.c.version == newest))
        .where(_dataset.c.did == did)
    )
    return found.first()


async def tags(connection: AsyncConnection, did: int) -> list[str]:
    """The tags of a data set, in the order of the key.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        The tags.
    """
    tag = tables.dataset_tag
    return list(await connection.scalars(select(tag.c.tag).where(tag.c.id == did).order_by(tag.c.tag)))
