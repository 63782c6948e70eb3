"""SQL of the ontologies of features."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import insert

_text = tables.data_feature_description
ONTOLOGY = "ontology"


async def has_feature(connection: AsyncConnection, did: int, index: int) -> bool:
    """Whether a data set has a feature."""
    feature = tables.data_feature
    found = exists().where(feature.c.did == did, feature.c.index == index)
    return bool(await connection.scalar(select(found)))


async def ontologies(connection: AsyncConnection, did: int, index: int) -> list[str]:
    """The ontologies of a feature, oldest first."""
    asked = select(_text.c.value).where(
        _text.c.did == did, _text.c.index == index, _text.c.description_type == ONTOLOGY
    )
    return list(await connection.scalars(asked.order_by(_text.c.date, _text.c.value).with_for_update()))


async def put(
    connection: AsyncConnection, did: int, index: int, value: str, user_id: int, now: datetime
) -> None:
    """Put an ontology on a feature. ``value``: the URL."""
    row = {"did": did, "index": index, "uploader": user_id, "date": now}
    await insert(connection, _text, {**row, "description_type": ONTOLOGY, "value": value})


async def owners(connection: AsyncConnection, did: int, index: int, value: str) -> Sequence[int]:
    """Who put an ontology on a feature; capitals do not count. ``value``: the URL. Returns the users' ids; none when
    the feature does not have it.
    """
    asked = select(_text.c.uploader).where(*_same(did, index, value))
    return list(await connection.scalars(asked.with_for_update()))


async def take(connection: AsyncConnection, did: int, index: int, value: str) -> None:
    """Take an ontology off a feature; capitals do not count. ``value``: the URL."""
    await connection.execute(delete(_text).where(*_same(did, index, value)))


def _same(did: int, index: int, value: str) -> tuple[ColumnElement[bool], ...]:
    return (
        _text.c.did == did,
        _text.c.index == index,
        _text.c.description_type == ONTOLOGY,
        _text.c.value == value,
    )
