"""The application."""

from pathlib import Path

import httpx
import pytest

from backend.app import OPERATIONS, create_app, open_storage
from backend.database.connections import DatabaseUnavailable
from backend.storage.local import LocalStorage
from backend.storage.s3 import S3Storage
from config.errors import ConfigError
from config.settings import BackendSettings, HttpSettings


def test_operations_have_one_name_each() -> None:
    """The name is that of the route."""
    names = [declared.name for declared in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.anyio
async def test_a_missing_database_stops_the_start(tmp_path: Path) -> None:
    """Nothing is served from nothing."""
    app = create_app(BackendSettings(database=f"sqlite:///{tmp_path / 'none.db'}"))
    with pytest.raises(DatabaseUnavailable, match="there is no file"):
        async with app.router.lifespan_context(app):
            pass


def test_a_wrong_configuration_is_refused(tmp_path: Path) -> None:
    """Before anything is opened."""
    (tmp_path / "routes").mkdir()
    with pytest.raises(ConfigError):
        create_app(BackendSettings(), config=str(tmp_path))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (BackendSettings(), type(None)),
        (BackendSettings(files=Path()), LocalStorage),
        (BackendSettings(storage="https://minio.test/bucket"), S3Storage),
    ],
)
async def test_the_settings_name_the_storage(settings: BackendSettings, kind: type) -> None:
    """A folder, a bucket, or none."""
    storage = open_storage(settings)
    assert type(storage) is kind
    if storage is not None:
        await storage.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v2/datasets/61", 200),
        ("/datasets/61", 200),
        ("/api/v1/json/data/61", 200),
        ("/api/v2/docs", 200),
        ("/api/v2", 404),
        ("/api/v22/datasets/61", 404),
        ("/api/v2/api/v2/datasets/61", 404),
    ],
)
@pytest.mark.anyio
async def test_the_new_api_may_have_a_prefix(sqlite_url: str, path: str, status: int) -> None:
    """Also where a server before it takes that off; the legacy dialect has its own paths."""
    settings = BackendSettings(database=sqlite_url, http=HttpSettings(root_path="/api/v2"))
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://t") as client,
    ):
        assert (await client.get(path)).status_code == status
        document = (await client.get("/api/v2/openapi.json")).json()
    assert document["servers"] == [{"url": "http://127.0.0.1:8001/api/v2"}]
