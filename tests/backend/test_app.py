"""The application."""

from pathlib import Path

import pytest

from backend.app import OPERATIONS, create_app, open_storage
from backend.database.connections import DatabaseUnavailable
from backend.storage.local import LocalStorage
from backend.storage.s3 import S3Storage
from config.errors import ConfigError
from config.settings import BackendSettings


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
