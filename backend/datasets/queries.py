"""SQL of data sets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.results import AnyRow, grouped

ENGINE = 1
"""The evaluation engine whose results are shown unless another is asked for (legacy notes, data 10.1)."""

IN_PREPARATION = "in_preparation"
"""The status of a data set without a status row."""

_dataset = tables.dataset
_status = tables.dataset_status
_processed = tables.data_processed
_description = tables.dataset_description
_file = tables.file
_tag = tables.dataset_tag


def _description_of_one() -> Select[Any]:
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
    return (
        select(
            _dataset,
            func.coalesce(type_coerce(status, String), IN_PREPARATION).label("status"),
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
        .where(_dataset.c.did == bindparam("did"))
    )


_DESCRIPTION = _description_of_one()
_TAGS = select(_tag.c.tag).where(_tag.c.id == bindparam("did")).order_by(_tag.c.tag)


async def description(connection: AsyncConnection, did: int) -> AnyRow | None:
    """One data set with its file, newest description, newest status and processing result.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        The row; ``file`` is None when there is no file row. None for an unknown id.
    """
    found = await connection.execute(_DESCRIPTION, {"did": did})
    return found.first()


async def tags(connection: AsyncConnection, did: int) -> list[str]:
    """The tags of a data set, in the order of the key.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        The tags.
    """
    return list(await connection.scalars(_TAGS, {"did": did}))


async def processing(connection: AsyncConnection, did: int, engine: int) -> AnyRow | None:
    """Whether a data set may be seen, and what came of its processing by an engine.

    Args:
        connection: To ask.
        did: Id of the data set.
        engine: Id of the evaluation engine.

    Returns:
        Owner, visibility, date of the processing (None: not processed) and its error; None for an unknown id.
    """
    found = await connection.execute(
        select(_dataset.c.uploader, _dataset.c.visibility, _processed.c.processing_date, _processed.c.error)
        .outerjoin(
            _processed,
            and_(_processed.c.did == _dataset.c.did, _processed.c.evaluation_engine_id == engine),
        )
        .where(_dataset.c.did == did)
    )
    return found.first()


async def features(connection: AsyncConnection, did: int) -> Sequence[AnyRow]:
    """The features of a data set, of all engines, in the order of their index.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        One row a feature.
    """
    feature = tables.data_feature
    found = await connection.execute(
        select(
            feature.c.index.label("position"),
            feature.c.name,
            feature.c.data_type,
            feature.c.is_target,
            feature.c.is_ignore,
            feature.c.is_row_identifier,
            feature.c.NumberOfMissingValues,
        )
        .where(feature.c.did == did)
        .order_by(feature.c.index)
    )
    return found.all()


async def nominal_values(connection: AsyncConnection, did: int) -> dict[int, list[str]]:
    """The values of nominal features, in the order of the table's key (legacy notes, data 8).

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        The values by index of the feature.
    """
    value = tables.data_feature_value
    return grouped(
        await connection.execute(
            select(value.c.index, value.c.value)
            .where(value.c.did == did)
            .order_by(value.c.index, value.c.value)
        )
    )


async def ontologies(connection: AsyncConnection, did: int) -> dict[int, list[str]]:
    """The ontologies of features, oldest first.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        The ontologies by index of the feature.
    """
    text = tables.data_feature_description
    return grouped(
        await connection.execute(
            select(text.c.index, text.c.value)
            .where(text.c.did == did, text.c.description_type == "ontology")
            .order_by(text.c.index, text.c.date, text.c.value)
        )
    )


async def qualities(connection: AsyncConnection, did: int, engine: int) -> Sequence[Any]:
    """The qualities of a data set by one engine, in the order of their names.

    Args:
        connection: To ask.
        did: Id of the data set.
        engine: Id of the evaluation engine.

    Returns:
        Name and stored value of each.
    """
    quality = tables.data_quality
    found = await connection.execute(
        select(quality.c.quality, quality.c.value)
        .where(quality.c.data == did, quality.c.evaluation_engine_id == engine)
        .order_by(quality.c.quality)
    )
    return found.all()


async def descriptions(connection: AsyncConnection, did: int) -> Sequence[AnyRow]:
    """All versions of a data set's description, newest first, and who may see it.

    Args:
        connection: To ask.
        did: Id of the data set.

    Returns:
        Owner, visibility, version and text; one row without version for a data set without descriptions, none
        for an unknown id.
    """
    found = await connection.execute(
        select(_dataset.c.uploader, _dataset.c.visibility, _description.c.version, _description.c.description)
        .outerjoin(_description, _description.c.did == _dataset.c.did)
        .where(_dataset.c.did == did)
        .order_by(_description.c.version.desc())
    )
    return found.all()


async def feature_quality_names(connection: AsyncConnection) -> list[str]:
    """The feature qualities that at least one feature has, of any engine, in the order of their names.

    Args:
        connection: To ask.

    Returns:
        The names.
    """
    name, measured = tables.quality.c.name, tables.feature_quality
    used = select(measured.c.quality).where(measured.c.quality == name).exists()
    return list(
        await connection.scalars(
            select(name).where(tables.quality.c.type == "FeatureQuality", used).order_by(name)
        )
    )


async def quality_names(connection: AsyncConnection) -> list[str]:
    """The data qualities that at least one data set has, of any engine, in the order of their names.

    Args:
        connection: To ask.

    Returns:
        The names.
    """
    name = tables.quality.c.name
    used = select(tables.data_quality.c.quality).where(tables.data_quality.c.quality == name).exists()
    return list(
        await connection.scalars(
            select(name).where(tables.quality.c.type == "DataQuality", used).order_by(name)
        )
    )
