"""Operations that write although GET asks for them."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

JOB = "/job/request?workbench=Nope&task_type_id=1"


@pytest.mark.parametrize(
    ("method", "who", "status"),
    [
        ("GET", None, 404),
        ("GET", "readonly", 404),
        ("POST", None, 401),
        ("POST", "readonly", 403),
        ("POST", "writer", 404),
    ],
)
async def test_a_post_needs_the_right_to_write(
    client: httpx.AsyncClient, keys: dict[str, str], method: str, who: str | None, status: int
) -> None:
    """By GET everybody may ask; nothing is there to be handed out here."""
    key = f"&api_key={keys[who]}" if who else ""
    assert (await client.request(method, JOB + key)).status_code == status


@pytest.mark.parametrize("target", ["/job/request", "/badges/check/abc", "/run/reset/abc"])
async def test_rights_come_before_input(client: httpx.AsyncClient, keys: dict[str, str], target: str) -> None:
    """A caller without a key, or with a read-only one, is not told what is wrong with the request."""
    assert (await client.post(target)).json()["code"] == "102"
    assert (await client.post(f"{target}?api_key={keys['readonly']}")).json()["code"] == "104"
    assert (await client.get(target)).status_code not in (401, 403)
