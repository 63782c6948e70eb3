"""``parity config``, as people call it."""

from pathlib import Path

import pytest

from config.location import PACKAGED
from proxy.rollout.live_config import digest, load_live_config
from tests.proxy.command import parity


def test_an_export_is_the_whole_configuration(tmp_path: Path) -> None:
    """Everything that is read, nothing of the program; commands take it."""
    to = tmp_path / "mine"
    done = parity("config", "export", str(to))
    assert (done.returncode, f"--config {to}" in done.stdout) == (0, True), done.stderr
    assert digest(to) == digest(PACKAGED)
    assert load_live_config(to).registry.deviations
    assert [path for path in to.rglob("*") if path.suffix in (".py", ".pyc")] == []
    assert {file.name for file in PACKAGED.glob("*.toml")} == {file.name for file in to.glob("*.toml")}
    assert (to / "sample" / "recordings").is_dir()
    assert parity("rollout", "show", "--config", str(to)).returncode == 0


@pytest.mark.parametrize("what", ["a file in it", "a file of that name", "no place for it"])
def test_an_export_overwrites_nothing(tmp_path: Path, what: str) -> None:
    """One line says what is wrong."""
    to = tmp_path / "mine"
    if what == "a file in it":
        to.mkdir()
        (to / "proxy.toml").write_text("mine")
    else:
        to.write_text("mine")
    if what == "no place for it":
        to /= "further"
    done = parity("config", "export", str(to))
    assert (done.returncode, done.stderr.count("\n"), str(to) in done.stderr) == (2, 1, True)
    assert (tmp_path / "mine").is_dir() == (what == "a file in it")
