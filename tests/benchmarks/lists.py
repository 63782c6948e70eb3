"""A list with a limit costs what the limit costs, not what the table costs."""

from __future__ import annotations

from functools import partial

import httpx

from backend.app import create_app
from config.settings import BackendSettings
from tests.benchmarks.timing import async_medians, show

PATHS = [
    *("/datasets/61", "/datasets/list?limit=5", "/datasets/list", "/tasks/list?limit=5", "/tasks/list"),
    *("/run/list?limit=5&task=1", "/run/list?task=1"),
]


async def run(database: str) -> None:
    """Each path in-process, against the sample in SQLite."""
    app = create_app(BackendSettings(database=database))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend") as client:

            async def get(path: str) -> int:
                answer = await client.get(path)
                assert answer.status_code == 200, answer.text
                return len(answer.content)

            found = await async_medians(30, {path: partial(get, path) for path in PATHS})
    show("The backend in-process, SQLite", "/datasets/61", found)
