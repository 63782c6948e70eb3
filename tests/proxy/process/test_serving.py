"""Opening and closing a proxy."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from config.errors import ConfigError, ListenError
from config.settings import ProxySettings
from proxy.log.writer import LogError
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy, running, serve
from proxy.reporting.report import read_report
from proxy.rollout.live_config import load_live_config
from proxy.runtime.listen import bind

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]


def test_the_packaged_configuration_can_be_read(config: Path) -> None:
    """Routes, rollout, registry and problems."""
    in_force = load_live_config(config)
    assert (len(in_force.routes) > 50, len(in_force.problems) > 5) == (True, True)


@pytest.mark.parametrize("given", [{"legacy": "http://h"}, {"new": "http://h"}])
async def test_both_sides_must_be_named(config: Path, given: dict[str, str]) -> None:
    """The message says how."""
    with pytest.raises(ConfigError, match=r"give --(legacy|new) URL"):
        await running(ProxySettings(**given), config).__aenter__()  # type: ignore[arg-type]  # URLs are texts


async def test_a_log_that_cannot_be_opened_ends_the_start(config: Path, tmp_path: Path) -> None:
    """Before any client is accepted."""
    settings = ProxySettings(legacy="http://h", new="http://h", log=f"sqlite:///{tmp_path}/none/log.db")
    with pytest.raises(LogError, match="cannot be opened"):
        await running(settings, config).__aenter__()


async def test_a_taken_port_ends_the_start(config: Path, tmp_path: Path) -> None:
    """Nothing else was opened yet."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        settings = ProxySettings(
            legacy="http://h", new="http://h", port=port, log=f"sqlite:///{tmp_path}/log.db"
        )
        with pytest.raises(ListenError, match="choose another --port"):
            await serve(settings, config, lambda *_: None)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_pending_is_drained_into_the_log(
    serve_app: Serve, between: Between, tmp_path: Path
) -> None:
    """After closing, the log has every verdict."""
    async with serve_app(JSONResponse({})) as side, between(side, side) as (url, _), Upstream(url) as client:
        for _ in range(20):
            await observe(client, "GET", b"/api/v1/json/data/61", (("Host", "h"),))
    report = await read_report(f"sqlite:///{tmp_path / 'log.db'}")
    assert (report.counted_runs.received, report.counted_runs.served, report.counted_runs.pending) == (
        20,
        20,
        0,
    )
    assert report.tally.totals.received == 20


async def test_nothing_is_left_running(serve_app: Serve, between: Between) -> None:
    """Workers, writer and comparer end with the proxy."""
    before = asyncio.all_tasks()
    async with serve_app(JSONResponse({})) as side, between(side, side):
        pass
    assert asyncio.all_tasks() == before


@pytest.fixture
def serve_app(request: pytest.FixtureRequest) -> Serve:
    """The fixture ``serve``, under a name that the module does not use otherwise."""
    found: Serve = request.getfixturevalue("serve")
    return found
