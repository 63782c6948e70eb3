"""The pages about the API itself."""

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from backend.app import OPERATIONS
from backend.documentation import documentation_pages
from config.problems import load_problems
from config.routes import load_routes

CONFIG = Path("config")
PAGES = documentation_pages(OPERATIONS, load_routes(CONFIG), load_problems(CONFIG), "https://openml.test/")


async def page(path: str) -> httpx.Response:
    """What the application of the pages answers."""
    transport = httpx.ASGITransport(Starlette(routes=PAGES))
    async with httpx.AsyncClient(transport=transport, base_url="http://backend") as client:
        return await client.get(path)


@pytest.mark.anyio
async def test_the_page_for_people_works_offline() -> None:
    """Nothing is loaded from anywhere."""
    text = (await page("/docs")).text
    assert re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", text) == []
    assert "/datasets/{dataset_id}" in text


@pytest.mark.anyio
async def test_the_page_for_programs_is_openapi() -> None:
    """Version 3.1."""
    answer = await page("/openapi.json")
    assert (answer.json()["openapi"], answer.headers["access-control-allow-origin"]) == ("3.1.0", "*")
