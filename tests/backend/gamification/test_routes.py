"""Endpoints of scores."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/gamification/activity/u/999", (404, "901")),
        ("/gamification/reach/u/402", (403, "902")),
        ("/gamification/activity/d/61", (422, "903")),
        ("/gamification/activity/d/61/2019", (422, "903")),
        ("/gamification/activity/d/61/sometime", (422, "100")),
        ("/gamification/activity/u/999/sometime", (422, "100")),
        ("/gamification/impact/u/2/sometime", (422, "100")),
        ("/gamification/impact/t/5.0/sometime", (422, "100")),
        ("/gamification/foo/d/1", (404, "100")),
    ],
)
async def test_refusals_keep_the_legacy_code(
    client: httpx.AsyncClient, path: str, expected: tuple[int, str]
) -> None:
    """Each refusal has the status of its cause and PHP's code."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == expected


async def test_who_hides_scores_sees_them(client: httpx.AsyncClient) -> None:
    """One's own are shown, also when nobody else may see them."""
    response = await client.get("/gamification/activity/u/402?api_key=40200000000000000000000000000000")
    assert response.json()[0]["activity"] == 61.0


async def test_users_have_no_reach(client: httpx.AsyncClient) -> None:
    """PHP's query always fails, so it has always been 0."""
    assert (await client.get("/gamification/reach/u/2")).json()[0]["reach"] == 0


async def test_items_have_impact_only_between_two_ends(client: httpx.AsyncClient) -> None:
    """PHP's query without an end fails and counts nothing."""
    impacts = [
        (await client.get(f"/gamification/impact/d/61{window}")).json()[0]["impact"]
        for window in ("", "/2019")
    ]
    assert impacts == [0, 2]
