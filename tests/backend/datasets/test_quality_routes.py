"""Endpoints of qualities, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/datasets/features/qualities/0", 422, "631"),
        ("/datasets/features/qualities/999999", 404, "632"),
        ("/datasets/features/qualities/130", 404, "632"),
        ("/datasets/features/qualities/2/9", 412, "634"),
        ("/datasets/features/qualities/61", 412, "635"),
    ],
)
async def test_qualities_of_features_are_never_there(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    """As in PHP, which takes every processed data set for a failed one."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_administrators_are_strangers_to_qualities_of_features(
    client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    """Only the owner knows the data set here, as in PHP."""
    codes = [
        (await client.get("/datasets/features/qualities/130", params={"api_key": keys[who]})).json()["code"]
        for who in ("owner", "admin")
    ]
    assert codes == ["635", "632"]


async def test_names_of_feature_qualities_are_a_list(client: httpx.AsyncClient) -> None:
    """Without envelope, in contrast to those of data qualities."""
    names = (await client.get("/datasets/features/qualities/list")).json()
    assert "Distinct" in names
    assert names == sorted(names)


async def test_an_engine_is_told_what_it_has_not_measured(client: httpx.AsyncClient) -> None:
    """The stored error of a failed processing is in the detail."""
    assert (await client.get("/datasets/qualities/61/9")).json()["code"] == "363"
    assert (await client.get("/datasets/qualities/61/x")).json()["code"] == "100"
