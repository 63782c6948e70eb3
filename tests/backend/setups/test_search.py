"""Search for setups by a run description, through the front door."""

import httpx
import pytest

from backend.setups.search import MAX_PARAMETERS

pytestmark = pytest.mark.anyio

XML = '<oml:run xmlns:oml="http://openml.org/openml"><oml:flow_id>{}</oml:flow_id>{}</oml:run>'
PARAMETER = "<oml:parameter_setting><oml:name>{}</oml:name><oml:value>{}</oml:value></oml:parameter_setting>"


async def searched(client: httpx.AsyncClient, document: str, path: str = "/setup/exists") -> httpx.Response:
    """The answer to an uploaded description."""
    return await client.post(path, files={"description": ("description.xml", document.encode(), "text/xml")})


async def test_of_a_parameter_given_twice_the_last_one_counts(client: httpx.AsyncClient) -> None:
    """As in PHP."""
    twice = PARAMETER.format("C", "x") + PARAMETER.format("C", "0.25")
    assert (await searched(client, XML.format(1, twice))).json() == {"exists": True, "id": 52}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "581"),
        ("hello", "582"),
        (XML.format(999999, ""), "584"),
        (XML.format(1, PARAMETER.format("nope", "1")), "586"),
        (XML.format(1, PARAMETER.format("c", "0.25")), "586"),
    ],
)
async def test_a_wrong_description_is_422(client: httpx.AsyncClient, document: str, code: str) -> None:
    """With the code of PHP, and the field that is wrong."""
    problem = (await searched(client, document)).json()
    assert (problem["status"], problem["code"]) == (422, code)
    assert problem["errors"][0]["loc"][:2] == ["body", "description"]


async def test_a_description_in_a_plain_field_is_none(client: httpx.AsyncClient) -> None:
    """PHP takes a file only."""
    response = await client.post("/setup/exists", data={"description": XML.format(5, "")})
    assert (response.status_code, response.json()["code"]) == (422, "581")


async def test_too_many_parameters_are_told(client: httpx.AsyncClient) -> None:
    """The limit of PHP's SQL stays, and is named."""
    flows = [
        (await client.get(f"/flows/{flow}")).json() for flow in range(12, 42) if flow not in (19, 37, 38, 39)
    ]
    settings = [
        {"name": one["name"], "value": "1", "component": flow["id"]}
        for flow in flows
        for one in flow.get("parameter", [])
    ]
    assert len(settings) > MAX_PARAMETERS
    problem = (await client.post("/setup/exists", json={"flow_id": 1, "parameter_setting": settings})).json()
    assert (problem["status"], problem["code"]) == (422, "588")
    assert str(MAX_PARAMETERS) in problem["detail"]
