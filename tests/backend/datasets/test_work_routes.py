"""Endpoints of work lists, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

QUALITIES = {"qualities": "J48.001.AUC,kNN1NKappa,ClassEntropy"}


@pytest.mark.parametrize(
    "path", ["/datasets/unprocessed/1/normal", "/datasets/qualities/unprocessed/1/normal"]
)
async def test_work_is_for_administrators(client: httpx.AsyncClient, keys: dict[str, str], path: str) -> None:
    """With and without a key."""
    answers = [await client.get(path), await client.get(path, params={"api_key": keys["writer"]})]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "106")] * 2


@pytest.mark.parametrize(
    ("path", "query", "did"),
    [
        ("/datasets/unprocessed/1/normal", {}, 38),
        ("/datasets/qualities/unprocessed/1/normal", QUALITIES, 1),
        ("/datasets/qualities/unprocessed/1/normal/petal", QUALITIES, 22),
        ("/datasets/qualities/unprocessed/1/normal/petal/feature", QUALITIES, 1),
    ],
)
async def test_the_next_data_set_is_a_list_of_one(
    client: httpx.AsyncClient, keys: dict[str, str], path: str, query: dict[str, str], did: int
) -> None:
    """A tag behind which something else stands counts for nothing, as in PHP."""
    [row] = (await client.get(path, params={**query, "api_key": keys["admin"]})).json()
    assert row["did"] == did


async def test_a_random_data_set_is_one_of_the_candidates(
    client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    """Some data set that has not been processed."""
    [row] = (await client.get("/datasets/unprocessed/1/random", params={"api_key": keys["admin"]})).json()
    assert row["status"] is None


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/datasets/unprocessed/1/reverse", {}, 404, "100"),
        ("/datasets/unprocessed/-1/normal", {}, 404, "681"),
        ("/datasets/qualities/unprocessed/1/normal", {}, 422, "686"),
        ("/datasets/qualities/unprocessed/1/normal", {"qualities": "NumberOfInstances"}, 422, "686"),
        ("/datasets/qualities/unprocessed/1/normal", {"qualities": "Nope,NumberOfInstances"}, 422, "688"),
        ("/datasets/qualities/unprocessed/1/normal/feature", QUALITIES, 422, "688"),
        (
            "/datasets/qualities/unprocessed/1/normal/feature/petal",
            {"qualities": "AverageClassCount,AveragePercentageOfClass"},
            404,
            "687",
        ),
    ],
)
async def test_what_is_no_work_is_refused(
    client: httpx.AsyncClient, keys: dict[str, str], path: str, query: dict[str, str], status: int, code: str
) -> None:
    """Too few and unknown qualities are wrong input, nothing to do is 404."""
    response = await client.get(path, params={**query, "api_key": keys["admin"]})
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_unknown_qualities_are_named(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """All of them, in detail and as input."""
    response = await client.get(
        "/datasets/qualities/unprocessed/1/normal",
        params={"qualities": "Nope,NumberOfInstances,Other thing", "api_key": keys["admin"]},
    )
    document = response.json()
    assert document["detail"] == "Unknown qualities: Nope,Other thing."
    assert document["errors"][0]["loc"] == ["query", "qualities"]
