"""SQL of data set lists (legacy notes, data 10.3)."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Double, String, bindparam, case, cast, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User, visible_to
from backend.database.results import AnyRow
from backend.datasets.filters import DatasetFilters
from backend.datasets.queries import ENGINE, IN_PREPARATION
from backend.input.filters import Interval

SHOWN_QUALITIES = (
    "MajorityClassSize",
    "MaxNominalAttDistinctValues",
    "MinorityClassSize",
    "NumBinaryAtts",
    "NumberOfClasses",
    "NumberOfFeatures",
    "NumberOfInstances",
    "NumberOfInstancesWithMissingValues",
    "NumberOfMissingValues",
    "NumberOfNumericFeatures",
    "NumberOfSymbolicFeatures",
)

PAGE = 1000
"""Ids in one statement, so that its text stays short."""

_dataset = tables.dataset
_quality = tables.data_quality
_status = tables.dataset_status
_tag = tables.dataset_tag


# Lists take the alphabetically last status where the description takes the newest (legacy notes, data 12, point 22).
# The enumeration of the column lacks the status of a data set without a row.
listed_status = func.coalesce(
    type_coerce(
        select(func.max(_status.c.status)).where(_status.c.did == _dataset.c.did).scalar_subquery(), String
    ),
    IN_PREPARATION,
)


def has_tag(text: str) -> ColumnElement[bool]:
    """The data sets that have a tag. ``text``: the tag, in any letter case. Returns a condition on ``dataset``."""
    return select(_tag.c.id).where(_tag.c.id == _dataset.c.did, _tag.c.tag == text).exists()


class Sizes(Protocol):
    """The filters by what is counted of a data set."""

    number_instances: Interval | None
    number_features: Interval | None
    number_classes: Interval | None
    number_missing_values: Interval | None


def has_sizes(filters: Sizes) -> list[ColumnElement[bool]]:
    """The data sets that have these sizes, by the qualities of any engine. ``filters``: intervals; a quality's value
    is compared as a number, text that is none as its leading number. Returns conditions on ``dataset``.
    """
    sizes = {
        "NumberOfInstances": filters.number_instances,
        "NumberOfFeatures": filters.number_features,
        "NumberOfClasses": filters.number_classes,
        "NumberOfMissingValues": filters.number_missing_values,
    }
    return [_has_quality(name, interval) for name, interval in sizes.items() if interval is not None]


def _has_quality(name: str, interval: Interval) -> ColumnElement[bool]:
    return (
        select(_quality.c.data)
        .where(
            _quality.c.data == _dataset.c.did,
            _quality.c.quality == name,
            cast(_quality.c.value, Double).between(interval.low, interval.high),
        )
        .exists()
    )


def _conditions(filters: DatasetFilters, user: User) -> list[ColumnElement[bool]]:
    conditions = [visible_to(user, _dataset.c.visibility, _dataset.c.uploader)]
    if filters.status is not None:
        conditions.append(listed_status == filters.status)
    if filters.tag is not None:
        conditions.append(has_tag(filters.tag))
    if filters.data_id is not None:
        conditions.append(_dataset.c.did.in_(filters.data_id))
    if filters.data_name is not None:
        conditions.append(_dataset.c.name == filters.data_name)
    if filters.data_version is not None:
        conditions.append(_dataset.c.version == filters.data_version)
    if filters.uploader is not None:
        conditions.append(_dataset.c.uploader == filters.uploader)
    return conditions + has_sizes(filters)


_LISTED = select(
    _dataset.c.did,
    _dataset.c.name,
    _dataset.c.version,
    _dataset.c.format,
    _dataset.c.file_id,
    _dataset.c.uploader,
    listed_status.label("status"),
).order_by(_dataset.c.did)
# One row a data set instead of one a quality, each of which the driver reads in Python: 0.63 of the CPU of a list.
_SHOWN = (
    select(
        _quality.c.data,
        *(func.max(case((_quality.c.quality == name, _quality.c.value))) for name in SHOWN_QUALITIES),
    )
    .where(
        _quality.c.data.in_(bindparam("dids", expanding=True)),
        _quality.c.quality.in_(SHOWN_QUALITIES),
        _quality.c.evaluation_engine_id == ENGINE,
    )
    .group_by(_quality.c.data)
)


async def listed(connection: AsyncConnection, filters: DatasetFilters, user: User) -> Sequence[AnyRow]:
    """The data sets that match, in the order of their ids. ``user``: the caller, who sees what is public and the own.
    Returns the rows of one page.
    """
    query = _LISTED.where(*_conditions(filters, user))
    if filters.limit is not None:
        query = query.limit(filters.limit)
    if filters.offset:
        query = query.offset(filters.offset)
    return (await connection.execute(query)).all()


async def shown_qualities(
    connection: AsyncConnection, dids: Iterable[int], *, empty: bool
) -> dict[int, list[tuple[str, str]]]:
    """The qualities that lists show of some data sets: one statement for each thousand of them. ``dids``: ids of the
    data sets, possibly repeated. ``empty``: whether empty values count; NULL never does. Returns name and value by
    data set, in the order of the names.
    """
    distinct = list(dict.fromkeys(dids))
    found: dict[int, list[tuple[str, str]]] = {did: [] for did in distinct}
    for start in range(0, len(distinct), PAGE):
        for did, *values in await connection.execute(_SHOWN, {"dids": distinct[start : start + PAGE]}):
            named = zip(SHOWN_QUALITIES, values, strict=True)
            found[did] = [(name, value) for name, value in named if value or (empty and value is not None)]
    return found
