"""Documents of data sets (new-API contract, section C)."""

from datetime import datetime
from typing import Any

from config.settings import BackendSettings
from sqlalchemy import Row
from typing_extensions import TypedDict

from backend.php_text import csv_fields, split_commas, trimmed, trimmed_or_empty
from backend.stored_numbers import integer_or_text


class Description(TypedDict):
    """A data set as ``GET /datasets/{dataset_id}`` shows it."""

    id: int
    visibility: str
    status: str
    name: str
    licence: str | None
    version: int | str
    version_label: str
    language: str
    creator: list[str]
    contributor: list[str]
    citation: str
    paper_url: str | None
    upload_date: str
    processing_date: str | None
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


def iso(moment: datetime) -> str:
    """A time of the database in ISO 8601, without zone."""
    return moment.isoformat(timespec="seconds")


def description(row: Row[Any], tags: list[str], settings: BackendSettings) -> Description:
    """A data set with all that describes it (legacy notes, data 10.2; contract, decision 5).

    Args:
        row: Of ``queries.description``.
        tags: Of the data set, in order.
        settings: For the base of its URLs.

    Returns:
        The document of ``GET /datasets/{dataset_id}``.
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
        "processing_date": iso(row.processing_date) if row.processing_date else None,
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
        "parquet_url": parquet_url(row.did, form, settings.object_store_url),
        "file_id": row.file_id,
        "format": form,
        "original_data_url": [part for part in (trimmed(row.original_data_url) or "").split(", ") if part],
        "md5_checksum": trimmed_or_empty(row.md5_hash),
    }


def parquet_url(did: int, form: str, object_store: str) -> str | None:
    """Where the Parquet twin of a data file is.

    Only ARFF files have one (migration guide, GET /{dataset_id}); PHP shows a URL for other formats, too.

    Args:
        did: Id of the data set.
        form: Its format in lower case.
        object_store: Base URL, with a slash at its end.

    Returns:
        The URL; None when there is no such file.
    """
    if form != "arff":
        return None
    return f"{object_store}datasets/{did // 10000:04d}/{did:04d}/dataset_{did}.pq"
