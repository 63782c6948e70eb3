"""Endpoints of jobs: their refusals, which change nothing."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (422, "340")),
        ("workbench=Weka_3.9.0", (422, "340")),
        ("workbench=0&task_type_id=1", (422, "340")),
        ("workbench=Weka_3.9.0&task_type_id=x", (422, "340")),
        ("workbench=Nope&task_type_id=1", (404, "341")),
        ("workbench=Weka_3.9.0&task_type_id=1&setup_id=99999", (404, "341")),
    ],
)
async def test_refusals_keep_the_legacy_code(
    client: httpx.AsyncClient, query: str, expected: tuple[int, str]
) -> None:
    """What is missing is wrong input; what is not there is not found."""
    response = await client.get(f"/job/request?{query}")
    assert (response.status_code, response.json()["code"]) == expected
