"""SQL of the work lists of evaluation engines (legacy notes, data 10.8 and 10.9)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.results import AnyRow
from backend.datasets.list_queries import has_tag
from backend.datasets.queries import ENGINE

MOST_TRIES = 3
RETRY_AFTER = timedelta(minutes=30)

_dataset = tables.dataset
_processed = tables.data_processed
_shown = (_dataset.c.did, _dataset.c.name, _dataset.c.version, _dataset.c.format)


async def unprocessed(connection: AsyncConnection, engine: int, now: datetime, most: int) -> Sequence[AnyRow]:
    """Data sets that an engine has not processed, or failed to and may try again.

    ``engine``: id of the evaluation engine. ``most``: how many rows at most. Returns the data sets in the order of
    their ids; none for a negative id, which PHP takes for no number.
    """
    if engine < 0:
        return []
    again = and_(
        _processed.c.error.is_not(None),
        _processed.c.num_tries < MOST_TRIES,
        _processed.c.processing_date < now - RETRY_AFTER,
    )
    found = await connection.execute(
        select(*_shown)
        .outerjoin(
            _processed, and_(_processed.c.did == _dataset.c.did, _processed.c.evaluation_engine_id == engine)
        )
        .where(_dataset.c.file_id.is_not(None), or_(_processed.c.did.is_(None), again))
        .order_by(_dataset.c.did)
        .limit(most)
    )
    return found.all()


async def unknown_qualities(connection: AsyncConnection, kind: str, names: Sequence[str]) -> list[str]:
    """Those of some names that are no qualities of a kind. ``kind``: ``DataQuality`` or ``FeatureQuality``. ``names``:
    to look up. Returns the unknown names, in the order given.
    """
    quality = tables.quality
    known = set(
        await connection.scalars(
            select(quality.c.name).where(quality.c.type == kind, quality.c.name.in_(names))
        )
    )
    return [name for name in names if name not in known]


async def lacking_qualities(
    connection: AsyncConnection, engine: int, wanted: Sequence[str], tag: str | None, most: int
) -> Sequence[AnyRow]:
    """Processed data sets for which an engine has not measured all of some qualities. Returns the data sets, tagged
    ones first, then in the order of their ids.

    Args:
        engine: Id of the evaluation engine that measures.
        tag: Data sets that have it come first.
        most: How many rows at most.
    """
    measured = tables.data_quality
    count = (
        select(func.count())
        .select_from(measured)
        .where(
            measured.c.data == _dataset.c.did,
            measured.c.evaluation_engine_id == engine,
            measured.c.quality.in_(wanted),
        )
        .scalar_subquery()
    )
    return await _lacking(connection, count != len(wanted), tag, most)


async def lacking_feature_qualities(
    connection: AsyncConnection, engine: int, wanted: Sequence[str], most: int
) -> Sequence[AnyRow]:
    """Processed data sets for whose features an engine has not measured all of some qualities. ``engine``: id of the
    evaluation engine that measures. ``most``: how many rows at most. Returns the data sets in the order of their ids.
    """
    measured, feature = tables.feature_quality, tables.data_feature
    count = (
        select(func.count())
        .select_from(measured)
        .where(
            measured.c.data == _dataset.c.did,
            measured.c.evaluation_engine_id == engine,
            measured.c.quality.in_(wanted),
        )
        .scalar_subquery()
    )
    features = (
        select(func.count()).select_from(feature).where(feature.c.did == _dataset.c.did).scalar_subquery()
    )
    return await _lacking(connection, count != features * len(wanted), None, most)


async def _lacking(
    connection: AsyncConnection, lacks: ColumnElement[bool], tag: str | None, most: int
) -> Sequence[AnyRow]:
    query = (
        select(*_shown)
        .join(
            _processed, and_(_processed.c.did == _dataset.c.did, _processed.c.evaluation_engine_id == ENGINE)
        )
        .where(_processed.c.error.is_(None), lacks)
    )
    if tag is not None:
        query = query.order_by(case((has_tag(tag), 0), else_=1))
    return (await connection.execute(query.order_by(_dataset.c.did).limit(most))).all()
