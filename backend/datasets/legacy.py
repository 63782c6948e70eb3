"""PHP's documents of data sets (legacy notes, data 10.2 to 10.8)."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import orjson

from backend.database.results import AnyRow
from backend.database.stored_numbers import literal
from backend.datasets.shapes import parquet_url
from backend.legacy.tree import Element, alike, each, element, markup, named, optional, record
from backend.legacy.values import text_of
from config.php.text import csv_record
from config.settings import BackendSettings

TEST_SERVER = "https://test.openml.org/"
"""Here PHP makes up no Parquet URLs."""


def description(row: AnyRow, tags: Sequence[str], settings: BackendSettings, asked: str) -> Element:
    """A data set with all that describes it; most of what it does not have is left out.

    Args:
        row: Of ``queries.description``.
        tags: Of the data set, in order.
        settings: For the base of its URLs.
        asked: The id as it was asked for, which is part of the Parquet URL.
    """
    name = escape(row.name, quote=False).replace('"', "&quot;")
    parquet = row.parquet_url
    if row.format != "Sparse_ARFF" and settings.public_url != TEST_SERVER:
        parquet = parquet_url(row.did, asked, settings.object_store_url)
    return element(
        "data_set_description",
        element("id", row.did),
        element("name", row.name),
        element("version", row.version),
        element("description", row.description),
        element("description_version", row.description_version),
        element("format", row.format),
        each("creator", csv_record(row.creator)),
        each("contributor", csv_record(row.contributor)),
        optional("collection_date", row.collection_date),
        element("upload_date", text_of(row.upload_date).replace(" ", "T")),
        optional("language", row.language),
        optional("licence", row.licence),
        element("url", f"{settings.public_url}data/v1/download/{row.file_id}/{name}.{row.format.lower()}"),
        optional("parquet_url", parquet),
        element("file_id", row.file_id),
        optional("default_target_attribute", row.default_target_attribute),
        optional("row_id_attribute", row.row_id_attribute),
        each("ignore_attribute", csv_record(row.ignore_attribute)),
        optional("version_label", row.version_label),
        optional("citation", row.citation),
        # PHP joins them as the fields of a CSV record, and splits that.
        each("tag", csv_record(",".join(f'"{tag}"' for tag in tags))),
        optional("visibility", row.visibility),
        optional("original_data_url", row.original_data_url),
        optional("paper_url", row.paper_url),
        element("status", row.status),
        optional("processing_date", text_of(row.processing_date)),
        optional("error", row.error),
        optional("warning", row.warning),
        element("md5_checksum", row.md5_hash),
    )


def listed(rows: Iterable[AnyRow], qualities: Mapping[int, Sequence[tuple[str, str]]]) -> Element:
    """The data sets of a list."""
    return element("data", (_listed(row, qualities[row.did]) for row in rows))


def _listed(row: AnyRow, qualities: Sequence[tuple[str, str]]) -> Element:
    return record(
        "dataset",
        did=row.did,
        name=row.name,
        version=row.version,
        uploader=row.uploader,
        status=row.status,
        format=row.format,
        file_id=row.file_id or (),
        quality=named("quality", qualities),
    )


def listed_json(
    rows: Iterable[AnyRow], qualities: Mapping[int, Sequence[tuple[str, str]]]
) -> Mapping[str, Any]:
    """The same as PHP's own template, without the uploader; the checksum's column is gone."""
    return {
        "data": {
            "dataset": [
                {
                    "did": row.did,
                    "name": row.name,
                    "version": _number(row.version),
                    "status": row.status,
                    "format": row.format,
                    "md5_checksum": "",
                    **({"file_id": row.file_id} if row.file_id else {}),
                    "quality": [{"name": name, "value": value} for name, value in qualities[row.did]],
                }
                for row in rows
            ]
        }
    }


def _number(text: str) -> orjson.Fragment | str:
    """A text that PHP pastes where a number belongs; one that is none stays text, so that the document is JSON."""
    return text if isinstance(literal(text), str) else orjson.Fragment(text)


def features(
    rows: Iterable[AnyRow], values: Mapping[int, Sequence[str]], ontologies: Mapping[int, Sequence[str]]
) -> Element:
    """The features of a data set."""
    return element(
        "data_features",
        (_feature(row, values.get(row.position, ()), ontologies.get(row.position, ())) for row in rows),
    )


def _feature(row: AnyRow, values: Sequence[str], ontologies: Sequence[str]) -> Element:
    return record(
        "feature",
        index=row.position,
        name=row.name,
        data_type=row.data_type,
        ontology=ontologies,
        nominal_value=values,
        is_target=row.is_target,
        is_ignore=row.is_ignore,
        is_row_identifier=row.is_row_identifier,
        number_of_missing_values=row.NumberOfMissingValues,
    )


def qualities(rows: Iterable[tuple[str, str | None]]) -> Element:
    """The qualities of a data set."""
    return element(
        "data_qualities", alike("quality", ("name", "value"), [(name, value) for name, value in rows])
    )


def quality_names(names: Iterable[str]) -> Element:
    """The names of all data qualities."""
    return element("data_qualities_list", each("quality", names))


def feature_quality_names(names: Iterable[str]) -> Element:
    """The names of all qualities of features."""
    return element("feature_qualities_list", each("quality", names))


def descriptions(rows: Iterable[AnyRow]) -> Element:
    """All versions of a description."""
    return element(
        "description_history",
        (
            element(
                "description_version", element("version", row.version), markup("description", row.description)
            )
            for row in rows
        ),
    )


def unprocessed(row: AnyRow) -> Element:
    """The one data set of a work list; the column of its status is gone."""
    return element(
        "data_unprocessed",
        element(
            "dataset",
            element("did", row.did),
            markup("name", row.name),
            markup("version", row.version),
            element("status"),
            markup("format", row.format),
        ),
    )
