"""Documents of data sets (new-API contract, section C)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from backend.database.results import AnyRow
from backend.database.stored_numbers import float_or_text, integer_or_text
from backend.moments import Moment, iso, iso_or_none
from config.php.text import csv_fields, split_commas, trimmed, trimmed_or_empty
from config.settings import BackendSettings


class Description(TypedDict):
    """A data set as ``GET /datasets/{dataset_id}`` shows it."""

    id: int
    visibility: str
    status: str
    name: str
    licence: str
    version: int | str
    version_label: str
    language: str
    creator: list[str]
    contributor: list[str]
    citation: str
    paper_url: str | None
    upload_date: Moment
    processing_date: Moment | None
    error: str | None
    warning: str | None
    collection_date: str | None
    description: str
    description_version: int
    tag: list[str]
    default_target_attribute: list[str]
    ignore_attribute: list[str]
    row_id_attribute: list[str]
    url: str
    parquet_url: str | None
    file_id: int
    format: str
    original_data_url: list[str]
    md5_checksum: str


class Quality(TypedDict):
    """A quality in a list."""

    name: str
    value: float | str


class ListedDataset(TypedDict):
    """A data set in a list."""

    did: int
    name: str
    version: int | str
    format: str
    file_id: int | None
    status: str
    md5_checksum: Literal[""]
    quality: list[Quality]


class Feature(TypedDict):
    """A feature of a data set."""

    index: int
    name: str
    data_type: str | None
    ontology: NotRequired[list[str]]
    is_target: bool
    is_ignore: bool
    is_row_identifier: bool
    number_of_missing_values: int
    nominal_values: NotRequired[list[str]]


class MeasuredQuality(TypedDict):
    """A quality of a data set."""

    name: str
    value: float | str | None


class QualityNames(TypedDict):
    """Names of qualities."""

    quality: list[str]


class QualityNameList(TypedDict):
    """The names of all data qualities; the envelope is kept (new-API contract, section C)."""

    data_qualities_list: QualityNames


class DescriptionVersion(TypedDict):
    """One version of a description."""

    version: int
    description: str


class Unprocessed(TypedDict):
    """A data set in a work list; ``status`` is always null."""

    did: int
    name: str
    version: int | str
    status: None
    format: str


def description(row: AnyRow, tags: list[str], settings: BackendSettings, asked: str) -> Description:
    """A data set with all that describes it (legacy notes, data 10.2; new-API contract, decision 5). Returns the
    document of ``GET /datasets/{dataset_id}``.

    Args:
        row: Of ``queries.description``.
        tags: Of the data set, in order.
        settings: For the base of its URLs.
        asked: The id as it was asked for, which PHP tells apart from the same number.
    """
    form = trimmed_or_empty(row.format).lower()
    return {
        "id": row.did,
        "visibility": trimmed_or_empty(row.visibility),
        "status": row.status,
        "name": trimmed_or_empty(row.name),
        "licence": trimmed_or_empty(row.licence),
        "version": integer_or_text(row.version),
        "version_label": trimmed_or_empty(row.version_label),
        "language": trimmed_or_empty(row.language),
        "creator": [part for field in csv_fields(row.creator) for part in (split_commas(field) or [""])],
        "contributor": csv_fields(row.contributor),
        "citation": trimmed_or_empty(row.citation),
        "paper_url": trimmed(row.paper_url) or None,
        "upload_date": iso(row.upload_date),
        "processing_date": iso_or_none(row.processing_date),
        "error": trimmed(row.error) or None,
        "warning": trimmed(row.warning) or None,
        "collection_date": trimmed(row.collection_date) or None,
        "description": trimmed_or_empty(row.description),
        "description_version": row.description_version or 0,
        "tag": [trimmed_or_empty(tag) for tag in tags],
        "default_target_attribute": split_commas(row.default_target_attribute),
        "ignore_attribute": csv_fields(row.ignore_attribute),
        "row_id_attribute": split_commas(row.row_id_attribute),
        "url": trimmed_or_empty(
            f"{settings.public_url}data/v1/download/{row.file_id}/{row.name}.{row.format.lower()}"
        ),
        # Only ARFF files have one (new-API contract, section B1); PHP shows a URL for other formats, too.
        "parquet_url": parquet_url(row.did, asked, settings.object_store_url) if form == "arff" else None,
        "file_id": row.file_id,
        "format": form,
        "original_data_url": _urls(row.original_data_url),
        "md5_checksum": trimmed_or_empty(row.md5_hash),
    }


def _urls(text: str | None) -> list[str]:
    """Stored with a comma and a blank between them; a comma alone can be part of a URL."""
    whole = trimmed(text)
    return whole.split(", ") if whole else []


def parquet_url(did: int, asked: str, object_store: str) -> str:
    """Where the Parquet twin of a data file is. ``object_store``: base URL, with a slash at its end."""
    return f"{object_store}datasets/{did // 10000:04d}/{did:04d}/dataset_{asked}.pq"


def listed(rows: Iterable[AnyRow], qualities: Mapping[int, Sequence[tuple[str, str]]]) -> list[ListedDataset]:
    """The document of a list.

    PHP's template of this list trims nothing, so the text is the column's. ``rows``: of ``list_queries.listed``.
    ``qualities``: of ``list_queries.shown_qualities``. Returns one object a data set. ``md5_checksum`` is empty, as in
    PHP, whose column is gone.
    """
    return [
        {
            "did": row.did,
            "name": row.name,
            "version": integer_or_text(row.version),
            "format": row.format,
            "file_id": row.file_id,
            "status": row.status,
            "md5_checksum": "",
            "quality": [{"name": name, "value": float_or_text(value)} for name, value in qualities[row.did]],
        }
        for row in rows
    ]


def features(
    rows: Iterable[AnyRow], values: Mapping[int, Sequence[str]], ontologies: Mapping[int, Sequence[str]]
) -> list[Feature]:
    """The document of a data set's features (legacy notes, data 10.4). Returns one object a feature; ``ontology`` and
    ``nominal_values`` only where there are any.

    Args:
        rows: Of ``queries.features``.
        values: Nominal values by index of the feature.
        ontologies: Ontologies by index of the feature.
    """
    return [_feature(row, values.get(row.position, ()), ontologies.get(row.position, ())) for row in rows]


def _feature(row: AnyRow, values: Sequence[str], ontologies: Sequence[str]) -> Feature:
    feature: Feature = {
        "index": row.position,
        "name": trimmed_or_empty(row.name),
        "data_type": trimmed(row.data_type) or None,
        "is_target": row.is_target == "true",
        "is_ignore": row.is_ignore == "true",
        "is_row_identifier": row.is_row_identifier == "true",
        "number_of_missing_values": row.NumberOfMissingValues,
    }
    if ontologies:
        feature["ontology"] = [trimmed_or_empty(ontology) for ontology in ontologies]
    if values:
        feature["nominal_values"] = [trimmed_or_empty(value) for value in values]
    return feature


def qualities(rows: Iterable[tuple[str, str | None]]) -> list[MeasuredQuality]:
    """The document of a data set's qualities (legacy notes, data 10.5). ``rows``: name and stored value. Returns one
    object a quality; a value that is NULL or blank is null.
    """
    return [{"name": trimmed_or_empty(name), "value": _measured(value)} for name, value in rows]


def _measured(value: str | None) -> float | str | None:
    return None if value is None or not trimmed(value) else float_or_text(value)


def quality_names(names: list[str]) -> QualityNameList:
    """The document of all names of data qualities, in its envelope."""
    return {"data_qualities_list": {"quality": names}}


def feature_quality_names(names: list[str]) -> list[str]:
    """The document of all names of qualities of features: the names."""
    return names


def descriptions(rows: Iterable[AnyRow]) -> list[DescriptionVersion]:
    """The document of a description's versions (legacy notes, data 10.7). ``rows``: of ``queries.descriptions``.
    Returns one object a version, with the text of the column: PHP pastes it into XML unescaped.
    """
    return [{"version": row.version, "description": trimmed_or_empty(row.description)} for row in rows]


def unprocessed(row: AnyRow) -> list[Unprocessed]:
    """The document of a work list, which always has one data set (legacy notes, data 10.8). ``row``: of
    ``work_queries``.
    """
    return [
        {
            "did": row.did,
            "name": trimmed_or_empty(row.name),
            "version": integer_or_text(row.version),
            "status": None,
            "format": trimmed_or_empty(row.format),
        }
    ]
