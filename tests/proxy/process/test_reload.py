"""The configuration is read again, checked first, and the last good one is kept."""

import asyncio
import logging
import shutil
from pathlib import Path

import pytest

from config.errors import ConfigError
from proxy.process.kill import KillSwitch
from proxy.process.reload import Configuration
from proxy.rollout.live_config import LiveConfig
from proxy.runtime.telemetry import Telemetry

pytestmark = pytest.mark.anyio


@pytest.fixture
def own(config: Path, tmp_path: Path) -> Path:
    """A configuration that may be changed."""
    copy = tmp_path / "config"
    shutil.copytree(config, copy, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    return copy


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.digests: list[str] = []

    async def __call__(self, in_force: LiveConfig, files: Path) -> None:
        assert (files / "rollout.toml").exists()
        self.digests.append(in_force.digest)


async def test_a_changed_file_is_taken_over(own: Path, tmp_path: Path) -> None:
    """Everybody who goes by it is told."""
    told, telemetry = Told(), Telemetry()
    configuration = Configuration(own, KillSwitch(tmp_path / "kill"), telemetry)
    before = configuration().digest
    (own / "rollout.toml").write_text('[[stage]]\nroutes = ["*"]\nstage = "legacy"\n')
    assert await configuration.reload(told)
    assert told.digests == [configuration().digest] != [before]
    assert (telemetry.reloads, configuration.error) == (1, "")
    configuration.close()


async def test_a_broken_file_changes_nothing(
    own: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And is told with the name that the operator knows."""
    told, telemetry = Told(), Telemetry()
    configuration = Configuration(own, KillSwitch(tmp_path / "kill"), telemetry)
    before = configuration()
    (own / "rollout.toml").write_text('[[stage]]\nroutes = ["*"]\nstage = "lagacy"\n')
    with caplog.at_level(logging.ERROR):
        assert not await configuration.reload(told)
    assert configuration() is before
    assert (told.digests, telemetry.reload_failures) == ([], 1)
    assert str(own / "rollout.toml") in configuration.error
    configuration.close()


async def test_a_broken_file_at_the_start_ends_it(own: Path, tmp_path: Path) -> None:
    """There is no last good one yet."""
    (own / "rollout.toml").write_text("x = 1")
    with pytest.raises(ConfigError, match=str(own / "rollout.toml")):
        Configuration(own, KillSwitch(tmp_path / "kill"))


async def test_files_and_kill_switch_are_watched(own: Path, tmp_path: Path) -> None:
    """Within a second, without a signal."""
    told = Told()
    configuration = Configuration(own, KillSwitch(tmp_path / "kill"))
    watching = asyncio.gather(configuration.watch(told), configuration.watch_switch())
    (tmp_path / "kill").touch()
    with (own / "rollout.toml").open("a") as file:
        file.write("# a word\n")
    async with asyncio.timeout(5):
        while not (told.digests and configuration().rollout.kill_switch):
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    configuration.close()


async def test_the_kill_switch_does_not_wait_for_a_reload(own: Path, tmp_path: Path) -> None:
    """However long those who are told of it take."""
    asked = asyncio.Event()

    async def never(_in_force: LiveConfig, _files: Path) -> None:
        asked.set()
        await asyncio.Event().wait()

    configuration = Configuration(own, KillSwitch(tmp_path / "kill"))
    watching = asyncio.gather(configuration.watch(never), configuration.watch_switch())
    with (own / "rollout.toml").open("a") as file:
        file.write("# a word\n")
    async with asyncio.timeout(10):
        await asked.wait()
        (tmp_path / "kill").touch()
        while not configuration().rollout.kill_switch:
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    configuration.close()
