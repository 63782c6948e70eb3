"""Recordings of live traffic are off until somebody says where they go."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.recording import RecordingSettings
from config.settings import load_proxy_settings


def test_nothing_is_recorded_unless_a_folder_is_named(tmp_path: Path) -> None:
    """File and environment are read as everywhere."""
    assert load_proxy_settings(tmp_path, {}).recording == RecordingSettings(folder="")
    (tmp_path / "proxy.toml").write_text('[recording]\nfolder = "here"\nevery = 7\n')
    found = load_proxy_settings(tmp_path, {"PARITY_RECORDING_PER_ROUTE": "3"}).recording
    assert found == RecordingSettings("here", 7, 3)


def test_a_wrong_value_is_named(tmp_path: Path) -> None:
    """With its table."""
    (tmp_path / "proxy.toml").write_text('[recording]\nevery = "often"\n')
    with pytest.raises(ConfigError, match=r"\[recording\] every"):
        load_proxy_settings(tmp_path, {})
