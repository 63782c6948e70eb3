"""Filters of evaluation lists that are one of two words."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("per_fold=True", "547"),
        ("per_fold=0", "547"),
        ("per_fold=maybe&sort_order=up", "547"),
        ("per_fold=%C3%A9", "541"),
        ("sort_order=ASC", "549"),
        ("sort_order=up&limit=10001", "546"),
    ],
)
async def test_other_words_are_refused(client: httpx.AsyncClient, query: str, code: str) -> None:
    """In PHP's order: characters, per_fold, limit, sort_order."""
    response = await client.get(f"/evaluation/list?run=25&{query}")
    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_zero_is_no_sort_order(client: httpx.AsyncClient) -> None:
    """As in PHP."""
    assert (await client.get("/evaluation/list?run=25&sort_order=0")).status_code == 200


async def test_a_boolean_is_its_word(client: httpx.AsyncClient) -> None:
    """A JSON body has booleans."""
    folds = await client.post("/evaluation/list", json={"run": [49], "per_fold": True})
    assert [row["value"] for row in folds.json()] == [None, None]
