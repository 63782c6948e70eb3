"""PHP's texts of its errors."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.legacy_errors import load_legacy_errors
from config.location import config_directory
from config.routes import load_routes


def test_every_code_of_a_route_has_a_text() -> None:
    """Also those of the gate."""
    errors = load_legacy_errors(config_directory())
    codes = {code for route in load_routes(config_directory()) for code in route.errors}
    codes |= {"100", "102", "103", "104", "106", "107"}
    assert codes - set(errors.message) == set()
    assert (errors.status_of("473"), errors.status_of("472")) == (450, 412)


def test_a_configuration_without_the_table_has_the_packaged_one(tmp_path: Path) -> None:
    """As that of version 0.1.0."""
    assert load_legacy_errors(tmp_path).message["100"] == "Function not valid"


def test_a_status_needs_a_text(tmp_path: Path) -> None:
    """The error names the file."""
    (tmp_path / "legacy_errors.toml").write_text("[unknown_path]\n[repaired]\n[message]\n[status]\n1 = 450\n")
    with pytest.raises(ConfigError, match=r"status\.1"):
        load_legacy_errors(tmp_path)
