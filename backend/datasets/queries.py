"""SQL of data sets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Select, String, and_, bindparam, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import first, rows, together
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
_feature = tables.data_feature
_value = tables.data_feature_value
_text = tables.data_feature_description
_measured = tables.data_quality


def _description_of_one() -> Select[*tuple[Any, ...]]:
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
        # Not all columns: a driver spends more on each than on its value.
        select(
            _dataset.c.did,
            _dataset.c.uploader,
            _dataset.c.visibility,
            _dataset.c.name,
            _dataset.c.licence,
            _dataset.c.version,
            _dataset.c.version_label,
            _dataset.c.language,
            _dataset.c.creator,
            _dataset.c.contributor,
            _dataset.c.citation,
            _dataset.c.paper_url,
            _dataset.c.upload_date,
            _dataset.c.collection_date,
            _dataset.c.default_target_attribute,
            _dataset.c.ignore_attribute,
            _dataset.c.row_id_attribute,
            _dataset.c.file_id,
            _dataset.c.format,
            _dataset.c.original_data_url,
            _dataset.c.parquet_url,
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


async def description(connection: AsyncConnection, did: int) -> tuple[AnyRow | None, list[str]]:
    """One data set with its file, newest description, newest status and processing result, and its tags in the order
    of the key. ``file`` of the row is None when there is no file row; the row is None for an unknown id.
    """
    found, tags = await together(connection, (_DESCRIPTION, {"did": did}), (_TAGS, {"did": did}))
    return next(iter(found), None), [tag for (tag,) in tags]


_PROCESSING = (
    select(_dataset.c.uploader, _dataset.c.visibility, _processed.c.processing_date, _processed.c.error)
    .outerjoin(
        _processed,
        and_(_processed.c.did == _dataset.c.did, _processed.c.evaluation_engine_id == bindparam("engine")),
    )
    .where(_dataset.c.did == bindparam("did"))
)


async def processing(connection: AsyncConnection, did: int, engine: int) -> AnyRow | None:
    """Whether a data set may be seen, and what came of its processing by an engine.

    ``engine``: id of the evaluation engine. Returns owner, visibility, date of the processing (None: not processed)
    and its error; None for an unknown id.
    """
    return await first(connection, _PROCESSING, {"did": did, "engine": engine})


_FEATURES = (
    select(
        _feature.c.index.label("position"),
        _feature.c.name,
        _feature.c.data_type,
        _feature.c.is_target,
        _feature.c.is_ignore,
        _feature.c.is_row_identifier,
        _feature.c.NumberOfMissingValues,
    )
    .where(_feature.c.did == bindparam("did"))
    .order_by(_feature.c.index)
)
_NOMINAL_VALUES = (
    select(_value.c.index, _value.c.value)
    .where(_value.c.did == bindparam("did"))
    .order_by(_value.c.index, _value.c.value)
)
_ONTOLOGIES = select(_text.c.index, _text.c.value, _text.c.date).where(
    _text.c.did == bindparam("did"), _text.c.description_type == "ontology"
)


async def features(connection: AsyncConnection, did: int) -> Sequence[AnyRow]:
    """The features of a data set, of all engines, in the order of their index."""
    return await rows(connection, _FEATURES, {"did": did})


async def nominal_values(connection: AsyncConnection, did: int) -> dict[int, list[str]]:
    """The values of nominal features, in the order of the table's key (legacy notes, data 8). Returns the values by
    index of the feature.
    """
    return grouped(await connection.execute(_NOMINAL_VALUES, {"did": did}))


async def ontologies(
    connection: AsyncConnection, did: int, *, as_stored: bool = False
) -> dict[int, list[str]]:
    """The ontologies of features, oldest first. ``as_stored``: in the order of the table, whatever their dates: PHP
    gives them none. Returns the ontologies by index of the feature.
    """
    found = await rows(connection, _ONTOLOGIES, {"did": did})
    ordered = found if as_stored else sorted(found, key=lambda row: (row.date, row.value))
    return grouped((row.index, row.value) for row in ordered)


_QUALITIES = (
    select(_measured.c.quality, _measured.c.value)
    .where(_measured.c.data == bindparam("did"), _measured.c.evaluation_engine_id == bindparam("engine"))
    .order_by(_measured.c.quality)
)


async def qualities(connection: AsyncConnection, did: int, engine: int) -> Sequence[Any]:
    """The qualities of a data set by one engine, in the order of their names. ``engine``: id of the evaluation engine.
    Returns name and stored value of each.
    """
    return await rows(connection, _QUALITIES, {"did": did, "engine": engine})


_DESCRIPTIONS = (
    select(_dataset.c.uploader, _dataset.c.visibility, _description.c.version, _description.c.description)
    .outerjoin(_description, _description.c.did == _dataset.c.did)
    .where(_dataset.c.did == bindparam("did"))
    .order_by(_description.c.version.desc())
)


async def descriptions(connection: AsyncConnection, did: int) -> Sequence[AnyRow]:
    """All versions of a data set's description, newest first, and who may see it. Returns owner, visibility, version
    and text; one row without version for a data set without descriptions, none for an unknown id.
    """
    return await rows(connection, _DESCRIPTIONS, {"did": did})


def _used_names(kind: str, used: Column[str]) -> Select[tuple[str]]:
    name = tables.quality.c.name
    return (
        select(name)
        .where(tables.quality.c.type == kind, select(used).where(used == name).exists())
        .order_by(name)
    )


_FEATURE_QUALITY_NAMES = _used_names("FeatureQuality", tables.feature_quality.c.quality)
_QUALITY_NAMES = _used_names("DataQuality", _measured.c.quality)


async def feature_quality_names(connection: AsyncConnection) -> list[str]:
    """The feature qualities that at least one feature has, of any engine, in the order of their names."""
    return [value for (value,) in await rows(connection, _FEATURE_QUALITY_NAMES, {})]


async def quality_names(connection: AsyncConnection) -> list[str]:
    """The data qualities that at least one data set has, of any engine, in the order of their names."""
    return [value for (value,) in await rows(connection, _QUALITY_NAMES, {})]
