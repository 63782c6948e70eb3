"""The configuration is found where the operator says, beside the process, or in the package."""

from pathlib import Path

import pytest

from config import location
from config.errors import ConfigError
from config.location import check_writable, config_directory


def test_the_option_wins(tmp_path: Path) -> None:
    """--config names the directory."""
    (tmp_path / "routes").mkdir()
    assert tmp_path == config_directory(str(tmp_path))


def test_a_directory_without_routes_is_refused(tmp_path: Path) -> None:
    """A directory that cannot be a configuration is an error, not an empty one."""
    with pytest.raises(ConfigError, match="no routes/ directory"):
        config_directory(str(tmp_path))


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    """A typing error in --config is one clear line."""
    with pytest.raises(ConfigError, match="no such directory"):
        config_directory(str(tmp_path / "x"))


def test_the_working_directory_comes_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./config counts when it holds a route map."""
    (tmp_path / "config" / "routes").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert Path("config") == config_directory()


def test_the_package_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without either, the packaged configuration is used."""
    monkeypatch.chdir(tmp_path)
    assert (config_directory() / "problems.toml").is_file()


def test_an_installed_package_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says how to get a copy; everything else may be written."""
    monkeypatch.setattr(location, "PACKAGED", tmp_path / "openml_parity" / "config")
    with pytest.raises(ConfigError, match="parity config export DIR"):
        check_writable(tmp_path / "openml_parity" / "config" / "rollout.toml")
    check_writable(tmp_path / "config" / "rollout.toml")


def test_a_checkout_may_be_written() -> None:
    """It is its operator's own."""
    check_writable(location.PACKAGED / "rollout.toml")
