"""Documents of data sets."""

from collections import namedtuple
from datetime import datetime
from typing import Any, cast

import pytest

from backend.database.results import AnyRow
from backend.datasets import shapes
from config.settings import BackendSettings

SETTINGS = BackendSettings(public_url="https://openml.test/base/", object_store_url="https://minio.test/")

COLUMNS: dict[str, Any] = {
    "did": 20001,
    "visibility": "public",
    "status": "active",
    "name": 'salt & pepper <v"1">',
    "licence": None,
    "version": "1.0-beta",
    "version_label": " ",
    "language": None,
    "creator": '"Tansy, Fay",Ada',
    "contributor": '"Tansy, Fay",Ada',
    "citation": None,
    "paper_url": "",
    "upload_date": datetime(2014, 4, 6, 23, 19, 24),  # noqa: DTZ001  # as the database has it
    "processing_date": None,
    "error": " ",
    "warning": None,
    "collection_date": None,
    "description": None,
    "description_version": None,
    "default_target_attribute": "y1, y2",
    "ignore_attribute": '"V1","V2"',
    "row_id_attribute": " ",
    "file_id": 7,
    "format": "ARFF",
    "original_data_url": "https://o.test/?a=1,2, https://o.test/b",
    "md5_hash": "",
}


def row(**columns: object) -> AnyRow:
    """A row of a query with these columns."""
    return cast(AnyRow, namedtuple("Columns", columns)(**columns))  # the names vary


def described(**columns: object) -> shapes.Description:
    """The document of a data set with these columns."""
    return shapes.description(row(**{**COLUMNS, **columns}), [], SETTINGS, "20001")


def test_what_has_no_value_is_there() -> None:
    """Null or empty text, as the contract says of each field."""
    document = described()
    nulls = {name for name, value in document.items() if value is None}
    empty = {name for name, value in document.items() if value == ""}
    assert nulls == {"paper_url", "processing_date", "error", "warning", "collection_date"}
    assert empty == {"licence", "version_label", "language", "citation", "description", "md5_checksum"}
    assert document["description_version"] == 0


def test_lists_are_split_as_each_field_demands() -> None:
    """Creators at every comma, contributors as CSV, attributes at commas, URLs at comma and blank."""
    document = described()
    assert document["creator"] == ["Tansy", "Fay", "Ada"]
    assert document["contributor"] == ["Tansy, Fay", "Ada"]
    assert document["default_target_attribute"] == ["y1", "y2"]
    assert document["row_id_attribute"] == []
    assert document["original_data_url"] == ["https://o.test/?a=1,2", "https://o.test/b"]


def test_urls_keep_the_path_of_their_base_and_the_name_as_it_is() -> None:
    """Nothing is escaped or re-normalised."""
    document = described()
    assert document["url"] == 'https://openml.test/base/data/v1/download/7/salt & pepper <v"1">.arff'
    assert document["parquet_url"] == "https://minio.test/datasets/0002/20001/dataset_20001.pq"


@pytest.mark.parametrize(
    ("form", "has"), [("arff", True), ("sparse_arff", False), ("parquet", False), ("csv", False)]
)
def test_only_arff_has_a_parquet_twin(form: str, has: bool) -> None:
    """Whatever PHP shows."""
    assert (described(format=form)["parquet_url"] is not None) is has


@pytest.mark.parametrize(
    ("stored", "value"), [("684.0", 684.0), ("0", 0.0), (None, None), ("", None), (" ", None), ("NaN", "NaN")]
)
def test_a_quality_is_a_number_null_or_text(stored: str | None, value: object) -> None:
    """Zero is a number."""
    assert shapes.qualities([("q", stored)]) == [{"name": "q", "value": value}]


def test_a_feature_without_values_has_no_such_key() -> None:
    """Values and ontologies are there only where there are any; an empty value is empty text."""
    columns = {
        "name": " x ",
        "data_type": None,
        "is_target": "true",
        "is_ignore": "false",
        "is_row_identifier": "false",
        "NumberOfMissingValues": 3,
    }
    [first, second] = shapes.features(
        [row(position=0, **columns), row(position=1, **columns)], {1: [""]}, {1: ["o"]}
    )
    assert first == {
        "index": 0,
        "name": "x",
        "data_type": None,
        "is_target": True,
        "is_ignore": False,
        "is_row_identifier": False,
        "number_of_missing_values": 3,
    }
    assert (second["nominal_values"], second["ontology"]) == ([""], ["o"])


def test_a_work_list_has_one_data_set() -> None:
    """Its status has lost its column."""
    assert shapes.unprocessed(row(did=5, name="x", version="2", format="ARFF")) == [
        {"did": 5, "name": "x", "version": 2, "status": None, "format": "ARFF"}
    ]


def test_a_description_is_the_text_of_the_column() -> None:
    """Markup stays, line ends are one."""
    [version] = shapes.descriptions([row(version=1, description=" <b>a</b>\r\n&amp; ")])
    assert version == {"version": 1, "description": "<b>a</b>\n&amp;"}
