"""Endpoints of evaluations, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/evaluation/list", 422, "540"),
        ("/evaluation/list?per_fold=false&sort_order=asc&offset=1", 422, "540"),
        ("/evaluation/list?foo=1&task=a", 422, "544"),
        ("/evaluation/list?limit=10001", 422, "546"),
        ("/evaluation/setup/list?study=99", 422, "555"),
        ("/evaluation/list?limit=0", 422, "542"),
        ("/evaluation/list?run=44", 404, "542"),
        ("/evaluation/request/1/normal/1", 403, "106"),
        ("/evaluation/request/1/normal/1?foo=1", 403, "106"),
    ],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    """Of several mistakes the one answers that PHP finds first."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("1/normal/-1", 404, "1013"),
        ("1/first/1", 404, "100"),
        ("1/normal/a", 422, "100"),
        ("1/normal/2.5", 422, None),
    ],
)
async def test_a_request_that_cannot_be_met(
    client: httpx.AsyncClient, keys: dict[str, str], path: str, status: int, code: str | None
) -> None:
    """Administrators hear what is wrong."""
    response = await client.get(f"/evaluation/request/{path}", params={"api_key": keys["admin"]})
    assert (response.status_code, response.json().get("code")) == (status, code)


async def test_runs_to_evaluate(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """The newest first when asked in reverse; a run without a time has null there."""
    response = await client.get("/evaluation/request/3/reverse/2", params={"api_key": keys["admin"]})
    assert response.json()[1] == {
        "run_id": 500003,
        "task_id": 2,
        "setup_id": 70000,
        "uploader": 2,
        "upload_time": None,
    }


async def test_folds_can_be_sorted(client: httpx.AsyncClient) -> None:
    """PHP finds nothing then, because of a blank that its SQL lacks."""
    plain = await client.get("/evaluation/list?run=25&per_fold=true")
    ordered = await client.get("/evaluation/list?run=25&per_fold=true&sort_order=asc")
    assert ordered.json() == plain.json()


async def test_both_lists_answer_post_with_a_json_body(client: httpx.AsyncClient) -> None:
    """Both spellings behave the same."""
    for path in ("/evaluation/list", "/evaluation/setup/list"):
        asked = await client.post(path, json={"run": [26], "pagination": {"limit": 2}})
        assert asked.json() == (await client.get(f"{path}?run=26&limit=2")).json()
