"""SQL of what engines store about data sets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.bulk_storing import insert_all, insert_all_ignoring
from backend.database.results import AnyRow
from backend.database.storing import insert, insert_ignoring
from backend.datasets.feature_documents import FeatureDescription

_processed = tables.data_processed
_feature = tables.data_feature

QualityType = Literal["DataQuality", "FeatureQuality"]


async def has_engine(connection: AsyncConnection, engine_id: int) -> bool:
    """Whether there is an engine."""
    engine = tables.evaluation_engine
    return bool(await connection.scalar(select(exists().where(engine.c.id == engine_id))))


async def processing(connection: AsyncConnection, did: int, engine_id: int) -> AnyRow | None:
    """What came of the processing of a data set by an engine. ``connection``: of the transaction, which holds the data
    set. Returns ``error`` and ``num_tries``; None when it was not processed.
    """
    found = await connection.execute(
        select(_processed.c.error, _processed.c.num_tries)
        .where(_processed.c.did == did, _processed.c.evaluation_engine_id == engine_id)
        .with_for_update()
    )
    return found.first()


async def replace_processing(
    connection: AsyncConnection,
    did: int,
    engine_id: int,
    *,
    user_id: int,
    now: datetime,
    num_tries: int,
    error: str | None,
) -> None:
    """Say that an engine processed a data set; all that it stored before goes (MySQL's REPLACE). ``num_tries``: how
    often it was tried. ``error``: what went wrong, if something did.
    """
    await connection.execute(
        delete(_processed).where(_processed.c.did == did, _processed.c.evaluation_engine_id == engine_id)
    )
    row = {"did": did, "evaluation_engine_id": engine_id, "user_id": user_id, "processing_date": now}
    await insert(connection, _processed, {**row, "num_tries": num_tries, "error": error})


async def add_processing(
    connection: AsyncConnection, did: int, engine_id: int, user_id: int, now: datetime
) -> None:
    """Say that an engine processed a data set, unless that is said already or there is no such engine."""
    row = {"did": did, "evaluation_engine_id": engine_id, "user_id": user_id, "processing_date": now}
    await insert_ignoring(connection, _processed, {**row, "num_tries": 1})


async def places(connection: AsyncConnection, did: int) -> Sequence[int]:
    """The places of the features of a data set, of all engines. ``connection``: of the transaction, which holds the
    data set.
    """
    asked = select(_feature.c.index).where(_feature.c.did == did).with_for_update()
    return list(await connection.scalars(asked))


async def add_features(connection: AsyncConnection, features: Sequence[FeatureDescription]) -> None:
    """Store features and their values. Raises IntegrityError: a place or value is taken."""
    await insert_all(connection, _feature, [feature.row for feature in features])
    values = [row for feature in features for row in feature.value_rows()]
    await insert_all(connection, tables.data_feature_value, values)


async def quality_names(connection: AsyncConnection, kind: QualityType) -> list[str]:
    """The qualities that may be stored. ``kind``: of data sets or of features. Returns their names, in alphabetical
    order.
    """
    quality = tables.quality
    asked = select(quality.c.name).where(quality.c.type == kind).order_by(quality.c.name)
    return list(await connection.scalars(asked))


async def add_qualities(
    connection: AsyncConnection,
    data: Sequence[dict[str, Any]],
    intervals: Sequence[dict[str, Any]],
    features: Sequence[dict[str, Any]],
) -> None:
    """Store qualities that are not there yet, of engines and features that are. ``data``: rows of whole data sets."""
    await insert_all_ignoring(connection, tables.data_quality, data)
    await insert_all_ignoring(connection, tables.data_quality_interval, intervals)
    await insert_all_ignoring(connection, tables.feature_quality, features)
