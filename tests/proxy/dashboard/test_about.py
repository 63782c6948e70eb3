"""What stands on every page."""

from pathlib import Path

import pytest

from proxy.dashboard.about import about, span_of
from proxy.log.counters import Counters
from proxy.log.reading import reading
from proxy.log.writer import Recorder, open_log
from proxy.rollout.live_config import digest
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio


async def test_product_log_configuration_and_time(tmp_path: Path, config: Path) -> None:
    """Of the log that is looked at."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        found = await about(url, config).of(log)
    assert found.product.startswith("OpenML parity 0.")
    assert (found.log, found.config, found.digest) == (url, str(config), digest(config)[:12])
    assert (found.span, found.played) == ((FIRST, SECOND), False)


async def test_times_against_recordings_are_told(tmp_path: Path, config: Path) -> None:
    """The log knows that legacy answered from recordings."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, changed(finding(FIRST), facts=(("legacy", "recordings"),)))
    async with reading(url) as log:
        assert (await about(url, config).of(log)).played


async def test_an_empty_log_has_no_time_of_exchanges(tmp_path: Path) -> None:
    """But that of its run."""
    recorder = Recorder(open_log(f"sqlite:///{tmp_path}/log.db"), Counters(), now=lambda: FIRST)
    await recorder.open()
    async with reading(f"sqlite:///{tmp_path}/log.db") as log:
        assert await span_of(log) == (FIRST, FIRST)
    await recorder.aclose()


def test_no_password_is_shown(tmp_path: Path) -> None:
    """Nor is what is no URL; a configuration that cannot be read has no digest."""
    (tmp_path / "rollout.toml").mkdir()
    found = about("mysql://me:secret@host/log", tmp_path)
    assert ("secret" in found.log, "host/log" in found.log, found.digest) == (False, True, "")
    assert about("secret", tmp_path).log == "(no URL of a log)"
