"""Endpoints of badges."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


async def test_a_stranger_has_no_ranks(client: httpx.AsyncClient) -> None:
    """An unknown user is no error."""
    badges = (await client.get("/badges/list/999")).json()
    assert [(badge["id"], badge["rank"]) for badge in badges] == [(0, 0), (1, 0), (2, 0)]


async def test_an_awarded_rank_is_shown(client: httpx.AsyncClient) -> None:
    """The one that is stored."""
    assert (await client.get("/badges/get/2/0")).json()["rank"] == 3


@pytest.mark.parametrize("path", ["/badges/get/1/3", "/badges/get/1", "/badges/get", "/badges/check/2/3"])
async def test_an_unknown_badge_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """PHP shows empty fields; its code for an unknown badge is kept."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "950")


async def test_checks_at_once_store_one_rank(writable: Writable, keys: dict[str, str]) -> None:
    """No key of the table keeps two rows apart."""
    params = {"api_key": keys["admin"]}
    answers = await asyncio.gather(
        *(writable.http.get("/badges/check/64/2", params=params) for _ in range(6))
    )
    assert [answer.status_code for answer in answers] == [200] * 6
    awarded = tables.awarded_badges.c
    assert len(await writable.rows(tables.awarded_badges, awarded.user_id == 64, awarded.badge_id == 2)) == 1
