"""What lives as long as the application."""

import pytest

from backend.app import create_app
from backend.clock import frozen_clock, system_clock
from backend.resources import Resources
from config.settings import BackendSettings


@pytest.mark.anyio
async def test_the_lifespan_opens_the_resources(sqlite_url: str) -> None:
    """Settings and clock are those the application was made with."""
    settings = BackendSettings(database=sqlite_url)
    clock = frozen_clock(system_clock())
    app = create_app(settings, clock)
    async with app.router.lifespan_context(app):
        resources = app.state.resources
        assert isinstance(resources, Resources)
        assert (resources.settings, resources.clock) == (settings, clock)
