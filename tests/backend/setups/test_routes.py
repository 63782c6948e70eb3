"""Endpoints of setups, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_a_setup_keeps_its_envelope(client: httpx.AsyncClient) -> None:
    """The one document of setups that does."""
    assert (await client.get("/setup/9")).json() == {"setup_parameters": {"setup_id": 9, "flow_id": 5}}


async def test_lists_come_by_id(client: httpx.AsyncClient) -> None:
    """Whatever the order of the filter; private flows' setups too."""
    assert [row["setup_id"] for row in (await client.get("/setup/list?setup=42,9,1")).json()] == [1, 9, 42]


async def test_both_spellings_of_a_filter_choose_the_same(client: httpx.AsyncClient) -> None:
    """Query parameters and a JSON body; an offset needs no limit."""
    by_query = (await client.get("/setup/list?flow=1,2&offset=2")).json()
    by_body = (await client.post("/setup/list", json={"flow": [1, 2], "offset": 2})).json()
    assert by_query == by_body
    assert len(by_query) == len((await client.get("/setup/list?flow=1,2")).json()) - 2


async def test_a_search_by_json(client: httpx.AsyncClient) -> None:
    """Exactly these parameters, or at least these."""
    run = {"flow_id": 1, "parameter_setting": [{"name": "C", "value": "0.25"}]}
    assert (await client.post("/setup/exists", json=run)).json() == {"exists": True, "id": 52}
    found = (await client.post("/setup/partial", json=run)).json()
    assert [row["setup_id"] for row in found][:1] == [1]
    assert (await client.post("/setup/exists", json={"flow_id": 1})).json() == {"exists": False, "id": -1}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/setup/0", 422, "280"),
        ("/setup/3", 404, "281"),
        ("/setup/abc", 422, "100"),
        ("/setup/list", 422, "670"),
        ("/setup/list?foo=1", 422, "671"),
        ("/setup/list?flow=a", 422, "672"),
        ("/setup/list?limit=1,2", 422, "672"),
        ("/setup/list?limit=1001", 422, "676"),
        ("/setup/list?limit=99999999999999999999", 422, "676"),
        ("/setup/list?limit=1001&flow=a", 422, "672"),
        ("/setup/list?flow=1&limit=0", 422, "674"),
        ("/setup/list?tag=a%5C", 404, "674"),
        ("/setup/differences/1/2", 404, "520"),
        ("/setup/differences/1/5/abc", 422, "100"),
        ("/setup/differences/1/5/1.0", 422, None),
    ],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, path: str, status: int, code: str | None
) -> None:
    """Every error is a problem document with the status of the contract and the code of PHP."""
    response = await client.get(path)
    assert (response.status_code, response.json().get("code")) == (status, code)


async def test_a_list_that_is_too_long_says_how_long(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a limit a list has at most a thousand setups."""
    number = len((await client.get("/setup/list?limit=1000")).json())
    monkeypatch.setattr("backend.setups.routes.MOST", 2)
    problem = (await client.get("/setup/list?flow=")).json()
    assert (problem["status"], problem["code"]) == (422, "673")
    assert str(number) in problem["detail"]
    told = (await client.get("/api/v1/json/setup/list/flow")).json()["error"]
    assert told["additional_information"] == f"Allowed: 1000, found:{number}"


async def test_differences_of_two_setups(client: httpx.AsyncClient) -> None:
    """A list, one object a task; the task can be named."""
    everywhere = (await client.get("/setup/differences/5/1")).json()
    assert [row["task_id"] for row in everywhere] == [1]
    assert (await client.get("/setup/differences/1/5/01")).json() == everywhere
