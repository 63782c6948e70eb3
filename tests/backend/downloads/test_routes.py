"""Endpoints of download counts."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("/downloads/2/d/61", 1),
        ("/downloads/2/d/any", 2),
        ("/downloads/any/D/61", 3),
        ("/downloads/any/any/61", 0),
        ("/downloads/999", 0),
    ],
)
async def test_any_stands_for_user_and_id(client: httpx.AsyncClient, path: str, rows: int) -> None:
    """Not for the type; no rows are no error."""
    response = await client.get(path)
    assert (response.status_code, len(response.json())) == (200, rows)


@pytest.mark.parametrize(
    ("path", "rows"), [("2/d/61", 1), ("2e0/D/61", 1), ("abc/d/61", 0), ("any/d/list", 0)]
)
async def test_anything_stands_for_user_and_id_by_phps_rules(
    client: httpx.AsyncClient, path: str, rows: int
) -> None:
    """What is no number is nobody's."""
    response = await client.get(f"/api/v1/downloads/{path}")
    assert (response.status_code, response.text.count("<oml:download>")) == (200, rows)


async def test_a_user_is_a_number_or_any(client: httpx.AsyncClient) -> None:
    """Another word is wrong input."""
    response = await client.get("/downloads/abc/d/61")
    assert (response.status_code, response.json()["code"]) == (422, "100")
