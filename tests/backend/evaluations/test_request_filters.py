"""The filters of a request for unevaluated runs."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("task=a&foo=1", "1011"),
        ("task=&foo=1", "1011"),
        ("ttid=a&tag=", "1014"),
        ("task=a&tag=%22", "1012"),
    ],
)
async def test_the_first_mistake_of_php_answers(
    client: httpx.AsyncClient, keys: dict[str, str], query: str, code: str
) -> None:
    """Unknown names, then missing values, then illegal ones."""
    response = await client.get(f"/evaluation/request/2/normal/3?{query}&api_key={keys['admin']}")
    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_zero_is_no_filter(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """As in PHP."""
    path = f"/evaluation/request/2/reverse/3?api_key={keys['admin']}"
    assert (await client.get(f"{path}&task=0&tag=0")).json() == (await client.get(path)).json()
