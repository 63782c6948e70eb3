"""Deleting runs, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

UPLOADER = "normaluser"


async def test_a_run_goes_with_all_that_was_computed_of_it(writable: Writable, keys: dict[str, str]) -> None:
    """Its files and its setup stay, as in PHP; who deletes it a second time hears that it is gone."""
    before, files = await writable.snapshot(), writable.stored()
    answer = await writable.http.delete("/run/075", params={"api_key": UPLOADER})
    assert (answer.status_code, answer.json()) == (200, {"id": 75})
    after = await writable.snapshot()
    gone = {name: len(rows) - len(after[name]) for name, rows in before.items() if rows != after[name]}
    assert gone.pop("evaluation") > 0
    assert gone.pop("evaluation_fold", 1) > 0
    assert gone == {"run": 1, "run_evaluated": 1, "runfile": 2, "input_data": 1, "trace": 6}
    assert writable.stored() == files
    again = await writable.http.delete("/run/75", params={"api_key": keys["admin"]})
    assert (again.status_code, again.json()["code"]) == (404, "392")


@pytest.mark.parametrize(
    ("run_id", "who", "status", "code"),
    [
        (999999, "writer", 404, "392"),
        (41, "owner", 403, "393"),
        (25, "owner", 403, "393"),
        (25, "writer", 409, "394"),
        (25, "admin", 409, "394"),
    ],
)
async def test_a_run_that_one_may_not_delete_stays(
    writable: Writable, keys: dict[str, str], run_id: int, who: str, status: int, code: str
) -> None:
    """Unknown, another's, part of a study: in this order, and nothing changes."""
    before = await writable.snapshot()
    answer = await writable.http.delete(f"/run/{run_id}", params={"api_key": keys[who]})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await writable.snapshot() == before


async def test_one_of_many_deletes_a_run(writable: Writable) -> None:
    """The others find nothing."""
    answers = await asyncio.gather(
        *(writable.http.delete("/run/75", params={"api_key": UPLOADER}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
