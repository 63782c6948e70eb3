"""Endpoints of task types, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_a_task_type_is_described(client: httpx.AsyncClient) -> None:
    """With its inputs in PHP's order."""
    described = (await client.get("/tasktype/3")).json()["task_type"]
    assert described["creator"] == ["Cleo Marrow", "Ada Vellum"]
    assert described["input"][0]["name"] == "source_data"


async def test_all_task_types_are_listed(client: httpx.AsyncClient) -> None:
    """In the envelope that PHP has, too."""
    listed = (await client.get("/tasktype/list")).json()["task_types"]["task_type"]
    assert [task_type["id"] for task_type in listed] == [str(number) for number in range(1, 12)]


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [("0", 422, "240"), ("00", 404, "241"), ("12", 404, "241"), ("x", 422, "100"), ("1.0", 422, None)],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, number: str, status: int, code: str | None
) -> None:
    """Only the exact text 0 is "please provide"."""
    response = await client.get(f"/tasktype/{number}")
    assert (response.status_code, response.json().get("code")) == (status, code)
