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
