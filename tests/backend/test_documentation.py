"""The pages about the API itself."""

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from backend.app import OPERATIONS
from backend.documentation import EXAMPLES, documentation_pages
from backend.documentation import PAGES as FILES
from config.problems import load_problems
from config.routes import load_routes
from tests.backend.doc_examples import examples, pinned

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
async def test_nothing_on_the_page_is_a_reference() -> None:
    """Schemas and problems that stand once in the document are written out."""
    text = (await page("/docs")).text
    assert "$ref" not in text
    one = text[text.index('id="dataset.get"') : text.index('id="dataset.delete"')]
    assert "paper_url: text or null" in one
    assert re.search(r"<strong>404</strong> Dataset Not Found\. Legacy codes: 111\.", one)


@pytest.mark.anyio
async def test_every_operation_has_a_form() -> None:
    """With a field for each parameter and each part of a body; the example fills it."""
    text = (await page("/docs")).text
    assert text.count('<form class="try"') == len(re.findall(r"<details id=", text)) > 100
    assert 'data-method="GET" data-path="/datasets/{dataset_id}"' in text
    assert re.search(r'name="dataset_id" data-in="path" required value="\d+"', text)
    assert 'name="dataset" data-in="body" type="file"' in text


@pytest.mark.anyio
async def test_the_script_is_there() -> None:
    """It is the only one of the page."""
    assert re.findall(r"<script[^>]*>", (await page("/docs")).text) == ['<script src="docs.js">']
    answer = await page("/docs.js")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


@pytest.mark.anyio
async def test_examples_are_what_the_backend_answers(sqlite_url: str) -> None:
    """On the sample; after a change that is meant: python -m tests.backend.doc_examples."""
    found = await examples(sqlite_url, CONFIG)
    assert pinned(found) == (FILES / EXAMPLES).read_bytes()
    assert len(found) > 40
    text = (await page("/docs")).text
    assert text.count(" of the sample") == len(found)


@pytest.mark.anyio
async def test_the_page_for_programs_is_openapi() -> None:
    """Version 3.1."""
    answer = await page("/openapi.json")
    assert (answer.json()["openapi"], answer.headers["access-control-allow-origin"]) == ("3.1.0", "*")
