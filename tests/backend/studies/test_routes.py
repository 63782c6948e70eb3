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


@pytest.mark.parametrize(
    ("path", "who", "status", "code"),
    [
        ("1", None, 200, None),
        ("legacy-without-tags", None, 412, "603"),
        ("999999/bogus", None, 412, "601"),
        ("105/bogus", None, 412, "600"),
        ("105", "admin", 412, "602"),
        ("105", "owner", 200, None),
        ("list/status/0", None, 200, None),
    ],
)
async def test_by_phps_rules(
    client: httpx.AsyncClient, keys: dict[str, str], path: str, who: str | None, status: int, code: str | None
) -> None:
    """Studies that are made of tags are there, and what is private is so for administrators."""
    query = {"api_key": keys[who]} if who else {}
    response = await client.get(f"/api/v1/json/study/{path}", params=query)
    assert (response.status_code, response.json().get("error", {}).get("code")) == (status, code)


async def test_phps_part_restricts_a_study_made_of_tags(client: httpx.AsyncClient) -> None:
    """To one kind."""
    study = (await client.get("/api/v1/json/study/14/runs")).json()["study"]
    assert {"runs"} == study.keys() & {"data", "tasks", "flows", "setups", "runs"}
