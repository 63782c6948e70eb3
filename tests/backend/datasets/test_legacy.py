"""PHP's documents of data sets, and its spelling of what asks for them."""

from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest

from backend.datasets import legacy
from backend.legacy.tree import json_document, to_json
from backend.legacy.writing import to_xml
from config.settings import BackendSettings

ROW: Any = SimpleNamespace(
    did=61,
    name="salt & pepper",
    version="2",
    description="A  set",
    description_version=1,
    format="ARFF",
    creator='"A, B",C',
    contributor=None,
    collection_date="",
    upload_date="2014-04-06 23:23:39",
    language=None,
    licence="public",
    file_id=7,
    parquet_url=None,
    default_target_attribute="y1,y2",
    row_id_attribute=None,
    ignore_attribute="a,b",
    version_label=None,
    citation=None,
    visibility="public",
    original_data_url=None,
    paper_url=None,
    status="active",
    processing_date=None,
    error=None,
    warning=None,
    md5_hash="0123",
    uploader=16,
)


@pytest.fixture
def settings() -> BackendSettings:
    """Of a server at openml.test."""
    return BackendSettings(public_url="https://o.test/", object_store_url="https://m.test/")


def test_what_a_data_set_does_not_have_is_left_out(settings: BackendSettings) -> None:
    """The name in the URL is escaped once more, and the Parquet file is named as the id was asked for."""
    shown = orjson.loads(to_json(legacy.description(ROW, ["t", 'u"v'], settings, "061")))
    assert shown["data_set_description"] == {
        "id": "61",
        "name": "salt & pepper",
        "version": "2",
        "description": "A  set",
        "description_version": "1",
        "format": "ARFF",
        "creator": ["A, B", "C"],
        "upload_date": "2014-04-06T23:23:39",
        "licence": "public",
        "url": "https://o.test/data/v1/download/7/salt &amp; pepper.arff",
        "parquet_url": "https://m.test/datasets/0000/0061/dataset_061.pq",
        "file_id": "7",
        "default_target_attribute": "y1,y2",
        "ignore_attribute": ["a", "b"],
        "tag": ["t", 'uv"'],
        "visibility": "public",
        "status": "active",
        "md5_checksum": "0123",
    }


@pytest.mark.parametrize(
    ("form", "public_url", "shown"),
    [("Sparse_ARFF", "https://o.test/", False), ("sparse_arff", "https://o.test/", True)],
)
def test_only_one_spelling_has_no_parquet_url(form: str, public_url: str, shown: bool) -> None:
    """As PHP compares it."""
    settings = BackendSettings(public_url=public_url, object_store_url="https://m.test/")
    row: Any = SimpleNamespace(**{**vars(ROW), "format": form})
    assert (b"parquet_url" in to_xml(legacy.description(row, [], settings, "61"))) is shown


def test_the_test_server_shows_what_is_stored() -> None:
    """PHP makes up no Parquet URL there."""
    settings = BackendSettings(public_url=legacy.TEST_SERVER, object_store_url="https://m.test/")
    row: Any = SimpleNamespace(**{**vars(ROW), "parquet_url": "https://p.test/61.pq"})
    assert b"https://p.test/61.pq</oml:parquet_url>" in to_xml(legacy.description(row, [], settings, "61"))


def test_a_listed_data_set_has_its_version_as_a_number() -> None:
    """What is no number stays text; the uploader is in the XML only."""
    rows = [ROW, SimpleNamespace(**{**vars(ROW), "did": 62, "version": "1a", "file_id": None})]
    qualities = {61: [("NumberOfClasses", "2.0")], 62: []}
    listed = json_document(legacy.listed_json(rows, qualities))
    first, second = orjson.loads(listed)["data"]["dataset"]
    assert first == {
        "did": 61,
        "name": "salt & pepper",
        "version": 2,
        "status": "active",
        "format": "ARFF",
        "md5_checksum": "",
        "file_id": 7,
        "quality": [{"name": "NumberOfClasses", "value": "2.0"}],
    }
    assert (second["version"], "file_id" in second) == ("1a", False)
    assert b"<oml:uploader>16</oml:uploader>" in to_xml(legacy.listed(rows, qualities))


def test_a_feature_has_ontologies_before_values() -> None:
    """One value is a text, several are a list."""
    row: Any = SimpleNamespace(
        position=0,
        name="V1",
        data_type=None,
        is_target="true",
        is_ignore="false",
        is_row_identifier="false",
        NumberOfMissingValues=0,
    )
    assert to_json(legacy.features([row], {0: ["a", "b"]}, {0: ["o"]})) == (
        b'{"data_features":{"feature":{"index":"0","name":"V1","data_type":[],"ontology":"o",'
        b'"nominal_value":["a","b"],"is_target":"true","is_ignore":"false","is_row_identifier":"false",'
        b'"number_of_missing_values":"0"}}}'
    )


def test_a_quality_without_value_is_empty() -> None:
    """The stored text is not made a number."""
    assert to_json(legacy.qualities([("A", None), ("B", "2.0")])) == (
        b'{"data_qualities":{"quality":[{"name":"A","value":[]},{"name":"B","value":"2.0"}]}}'
    )


def test_names_of_qualities_have_an_envelope_of_their_own() -> None:
    """One name is a text."""
    assert to_json(legacy.quality_names(["A"])) == b'{"data_qualities_list":{"quality":"A"}}'
    assert to_json(legacy.feature_quality_names(["A", "B"])) == (
        b'{"feature_qualities_list":{"quality":["A","B"]}}'
    )


def test_markup_in_a_description_becomes_elements() -> None:
    """As PHP pastes it."""
    rows: Any = [SimpleNamespace(version=1, description="a <b>c</b>")]
    assert to_json(legacy.descriptions(rows)) == (
        b'{"description_history":{"description_version":{"version":"1","description":{"b":"c","value":"a"}}}}'
    )


def test_an_unprocessed_data_set_has_no_status() -> None:
    """Its column is gone."""
    assert to_json(legacy.unprocessed(ROW)) == (
        b'{"data_unprocessed":{"dataset":{"did":"61","name":"salt & pepper","version":"2","status":[],'
        b'"format":"ARFF"}}}'
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("data/061", "dataset_061.pq"),
        ("data/61.0", "dataset_61.pq"),
        ("data/list/number_instances/(150)/limit/1", "<oml:did>"),
        ("data/description/list/130", "<oml:code>112<"),
    ],
)
async def test_a_read_follows_phps_spelling(client: httpx.AsyncClient, path: str, told: str) -> None:
    """Of the id in a URL, of sizes; the history of a private description is private all the same."""
    assert told in (await client.get(f"/api/v1/{path}")).text


@pytest.mark.anyio
@pytest.mark.parametrize("engine", ["1.0", "-1"])
async def test_work_is_there_for_engines_in_digits(
    client: httpx.AsyncClient, keys: dict[str, str], engine: str
) -> None:
    """PHP compares the text."""
    key = {"api_key": keys["admin"]}
    answer = await client.get(f"/api/v1/json/data/unprocessed/{engine}/normal", params=key)
    assert answer.json() == {"error": {"code": "681", "message": "No unprocessed datasets."}}


@pytest.mark.anyio
async def test_unknown_qualities_are_told(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """All of them."""
    asked = {"api_key": keys["admin"], "qualities": "NumberOfClasses,a,b"}
    answer = await client.get("/api/v1/json/data/qualities/unprocessed/1/normal", params=asked)
    assert answer.json()["error"]["additional_information"] == "Illegal qualities: a,b"
