"""Settings of traces."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import load_proxy_settings


@pytest.mark.parametrize(
    ("text", "message"),
    [("share = 1.5", "share: must be 0 to 1"), ('endpoint = "collector:4318"', "endpoint: must be an http")],
)
def test_tracing_is_checked(tmp_path: Path, text: str, message: str) -> None:
    """A share of all traces, and a collector with an address."""
    (tmp_path / "proxy.toml").write_text(f"[tracing]\n{text}")
    with pytest.raises(ConfigError, match=message):
        load_proxy_settings(tmp_path, {})
