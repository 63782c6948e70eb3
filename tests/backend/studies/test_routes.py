"""Endpoints of studies."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def code(client: httpx.AsyncClient, path: str, **params: str) -> tuple[int, str | None]:
    """Status and legacy code of an answer."""
    response = await client.get(path, params=params or None)
    document = response.json()
    return response.status_code, document.get("code") if isinstance(document, dict) else None


async def test_id_and_alias_are_one_study(client: httpx.AsyncClient) -> None:
    """Either finds it; a part does not restrict what a new study shows."""
    by_id = await client.get("/studies/99")
    assert by_id.json()["alias"] == "lantern-cc"
    assert (await client.get("/studies/lantern-cc")).json() == by_id.json()
    assert (await client.get("/studies/99/runs")).json() == by_id.json()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/studies/1", (410, "601")),
        ("/studies/legacy-without-tags", (410, "601")),
        ("/studies/999999", (404, "601")),
        ("/studies/LANTERN-CC", (404, "601")),
        ("/studies/105", (403, "602")),
        ("/studies/99/bogus", (422, "600")),
        ("/studies/1.0", (422, None)),
        ("/studies/list?status=deactivated&uploader=402", (404, "599")),
        ("/studies/list?limit=0", (422, "599")),
        ("/studies/list?uploader=1,2", (422, "597")),
        ("/studies/list?foo=1", (422, "596")),
    ],
)
async def test_refusals_keep_the_legacy_code(
    client: httpx.AsyncClient, path: str, expected: tuple[int, str | None]
) -> None:
    """Each refusal has the status of its cause and PHP's code."""
    assert await code(client, path) == expected


async def test_a_private_study_is_for_creator_and_administrators(
    client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    """Others are refused."""
    statuses = [
        (await code(client, "/studies/105", api_key=keys[who]))[0] for who in ("owner", "admin", "writer")
    ]
    assert statuses == [200, 200, 403]


async def test_legacy_studies_stay_in_lists(client: httpx.AsyncClient) -> None:
    """Only asking for one of them is refused."""
    assert 1 in [study["id"] for study in (await client.get("/studies/list")).json()]
