"""Whose scores may be seen."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("user", "status"), [(2, 200), (402, 403), (999, 404)])
async def test_only_shown_scores_are_seen(
    client: httpx.AsyncClient, keys: dict[str, str], user: int, status: int
) -> None:
    """Administrators are no exception."""
    response = await client.get(f"/gamification/reach/u/{user}?api_key={keys['admin']}")
    assert response.status_code == status


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("u/list", 412, "901"),
        ("u/999", 412, "901"),
        ("u/402", 412, "902"),
        ("u/402/lastmonth", 412, "902"),
        ("u/402/sometime", 450, "100"),
        ("u/2", 450, "100"),
        ("d/999", 450, "100"),
        ("u", 450, "100"),
    ],
)
async def test_php_looks_for_the_user_before_the_score(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    """Of which it dies when there is none such."""
    response = await client.get(f"/api/v1/json/gamification/nothing/{path}")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
