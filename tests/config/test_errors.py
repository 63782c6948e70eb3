"""A configuration error says where."""

from pathlib import Path

from config.errors import ConfigError


def test_the_message_names_file_table_and_key() -> None:
    """Everything needed to find the place is in one line."""
    error = ConfigError("must be 1", file=Path("a.toml"), table="[t]", key="k")
    assert str(error) == "a.toml [t] k: must be 1"


def test_a_problem_without_a_place_stands_alone() -> None:
    """No empty prefix is printed."""
    assert str(ConfigError("must be 1")) == "must be 1"
