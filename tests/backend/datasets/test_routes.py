"""Endpoints of data sets, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_a_data_set_is_described(client: httpx.AsyncClient) -> None:
    """The description is typed, without envelope, with every field present."""
    document = (await client.get("/datasets/16")).json()
    assert document["id"] == 16
    assert document["version"] == 1
    assert document["creator"] == ["Ada Vellum", ""]
    assert document["ignore_attribute"] == ["", ""]
    assert document["row_id_attribute"] == ["id", "key"]
    assert document["paper_url"] is None
    assert document["processing_date"] == "2018-02-20T23:41:49"
    assert document["url"] == "https://openml.test/data/v1/download/62/comma-tail.arff"
    assert document["parquet_url"] == "https://minio.openml.test/datasets/0000/0016/dataset_16.pq"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/datasets/0", 422, "110"),
        ("/datasets/00", 404, "111"),
        ("/datasets/-1", 404, "111"),
        ("/datasets/99999999999999999999999", 404, "111"),
        ("/datasets/abc", 422, "100"),
        ("/datasets/%31", 422, "100"),
        ("/datasets/1e1", 422, None),
        ("/datasets/130", 403, "112"),
        ("/datasets/40", 412, "113"),
        ("/datasets/features/0", 404, "271"),
        ("/datasets/features/128", 412, "273"),
        ("/datasets/features/129", 412, "274"),
        ("/datasets/features/130", 403, "275"),
        ("/datasets/features/43", 412, "272"),
        ("/datasets/qualities/0", 422, "360"),
        ("/datasets/qualities/130", 404, "361"),
        ("/datasets/qualities/2/0", 412, "363"),
        ("/datasets/qualities/2/-1", 412, "363"),
        ("/datasets/qualities/41", 412, "364"),
        ("/datasets/qualities/43", 412, "362"),
        ("/datasets/list?foo=1", 422, "370"),
        ("/datasets/list?limit=1,2", 422, "371"),
        ("/datasets/list?tag=%C3%BC", 422, "371"),
        ("/datasets/list?limit=0", 422, "372"),
        ("/datasets/list?status=ALL", 422, "372"),
        ("/datasets/list?number_classes=1..", 422, "372"),
        ("/datasets/list?tag=nosuch", 404, "372"),
    ],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, path: str, status: int, code: str | None
) -> None:
    """Every error is a problem document with the status of the contract and the code of PHP."""
    response = await client.get(path)
    assert (response.status_code, response.json().get("code")) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_owner_sees_a_private_data_set(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """Visibility is the owner's, the administrators' and nobody else's."""
    answers = [
        (await client.get("/datasets/130", params={"api_key": keys[who]})).status_code
        for who in ("owner", "admin", "writer")
    ]
    assert answers == [200, 200, 403]


async def test_private_data_sets_are_listed_for_owner_and_administrators(
    client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    """A list shows what a get would show."""
    listed = [
        [
            row["did"]
            for row in (
                await client.get("/datasets/list", params={"data_id": "61,130", "api_key": key})
            ).json()
        ]
        for key in (keys["owner"], keys["admin"], keys["writer"])
    ]
    assert listed == [[61, 130], [61, 130], [61]]


async def test_filters_of_query_and_body_are_the_same(client: httpx.AsyncClient) -> None:
    """GET with a query, GET with a JSON body and POST with one, flat or nested, answer alike."""
    body = {"data_id": [61, 62, 63], "pagination": {"limit": 1, "offset": 1}}
    answers = [
        await client.get("/datasets/list?data_id=61,62&data_id=63&limit=1&offset=1"),
        await client.request("GET", "/datasets/list", json=body),
        await client.post("/datasets/list", json=body),
        await client.post("/datasets/list", json={"data_id": "61,62,63", "limit": 1, "offset": "1"}),
        await client.post("/datasets/list", data={"data_id": "61,62,63", "limit": "1", "offset": "1"}),
    ]
    assert [[row["did"] for row in answer.json()] for answer in answers] == [[62]] * 5


async def test_a_list_shows_numbers_as_numbers(client: httpx.AsyncClient) -> None:
    """The row of a list is typed; its qualities are floats in the order of their names."""
    [row] = (await client.get("/datasets/list?data_id=61")).json()
    assert row == {
        "did": 61,
        "name": "petal-marks",
        "version": 1,
        "format": "ARFF",
        "file_id": 130,
        "status": "active",
        "md5_checksum": "",
        "quality": row["quality"],
    }
    assert row["quality"][0] == {"name": "MajorityClassSize", "value": 50.0}
    names = [quality["name"] for quality in row["quality"]]
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=deactivated&data_id=7,33,34", [7, 33, 34]),
        ("status=all&data_id=5,7", [5, 7]),
        ("status=Active%20&data_id=5,7", [5]),
        ("data_name=PETAL-MARKS%20", [61]),
        ("data_name=CAFE-orders", [10, 11]),
        ("data_id=5,6,8&data_version=10", [8]),
        ("data_id=61,62&number_instances=8.98e2..1e9", None),
        ("data_id=61&number_instances=150", [61]),
        ("data_id=61&number_instances=%20100%20..%20200", [61]),
        ("data_id=61&number_instances=200..100", None),
        ("status=all&data_id=5,6,7&offset=2", [7]),
    ],
)
async def test_a_filter_finds(client: httpx.AsyncClient, query: str, expected: list[int] | None) -> None:
    """Filters mean what they mean to MySQL; None is an empty list."""
    response = await client.get(f"/datasets/list?{query}")
    found = [row["did"] for row in response.json()] if response.status_code == 200 else None
    assert found == expected


async def test_features_are_a_list(client: httpx.AsyncClient) -> None:
    """One feature is a list of one; nominal values are there only where there are any."""
    [feature] = (await client.get("/datasets/features/64")).json()
    assert feature == {
        "index": 0,
        "name": "class",
        "data_type": "nominal",
        "is_target": True,
        "is_ignore": False,
        "is_row_identifier": False,
        "number_of_missing_values": 0,
        "nominal_values": ["c1", "c2", "c3"],
    }


async def test_a_quality_without_value_is_null(client: httpx.AsyncClient) -> None:
    """NULL is null, not an empty list and not zero."""
    values = {row["value"] for row in (await client.get("/datasets/qualities/46")).json()}
    assert values == {None}


async def test_qualities_are_those_of_one_engine(client: httpx.AsyncClient) -> None:
    """Without an engine in the path it is engine 1."""
    default = await client.get("/datasets/qualities/2")
    assert default.json() == (await client.get("/datasets/qualities/2/1")).json()
    assert default.json() != (await client.get("/datasets/qualities/2/2")).json()


async def test_quality_names_keep_their_envelope(client: httpx.AsyncClient) -> None:
    """The list of names answers as PHP does."""
    names = (await client.get("/datasets/qualities/list")).json()["data_qualities_list"]["quality"]
    assert "NumberOfInstances" in names
    assert names == sorted(names)


async def test_a_history_is_newest_first(client: httpx.AsyncClient) -> None:
    """One version is a list of one."""
    versions = (await client.get("/datasets/description/list/2")).json()
    assert [version["version"] for version in versions] == [3, 2, 1]
    assert len((await client.get("/datasets/description/list/61")).json()) == 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/datasets/description/list/30", 404, "1090"),
        ("/datasets/description/list/999999", 404, "1090"),
        ("/datasets/description/list/130", 403, "112"),
    ],
)
async def test_a_history_is_as_private_as_the_data_set(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    """PHP shows it to everybody."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_tags_are_a_list_without_repeated_ones(client: httpx.AsyncClient) -> None:
    """What the column takes for the same tag is one."""
    tags = (await client.get("/datasets/tag/list")).json()
    assert "Life Science" in tags
    assert len({tag.lower() for tag in tags}) == len(tags)
