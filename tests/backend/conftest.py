"""The backend in this process, over the loaded sample."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from backend.app import create_app
from config.settings import BackendSettings

PUBLIC_URL = "https://openml.test/"
OBJECT_STORE_URL = "https://minio.openml.test/"

KEYS = {
    "admin": "AD000000000000000000000000000000",
    "writer": "00000000000000000000000000000000",
    "readonly": "5EAD0000000000000000000000000000",
    "owner": "DA1A0000000000000000000000000000",
    "nogroup": "87400000000000000000000000000000",
}


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """Keys of the sample's users: admin (1), writer (2), readonly (3), owner of private things (16), nogroup (874)."""
    return KEYS


@pytest.fixture
async def client(database_url: str, sample: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the backend, once on each kind of database: read only."""
    app = create_app(
        BackendSettings(
            database=database_url,
            public_url=PUBLIC_URL,
            object_store_url=OBJECT_STORE_URL,
            files=sample / "files",
        )
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
            yield opened
