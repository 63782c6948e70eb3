"""Environment variables become the table that a TOML file would give."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.environment import environment_table, merge
from config.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Inner:
    on: bool = False


@dataclass(frozen=True, slots=True)
class Outer:
    size: int | None = None
    ratio: float = 0.0
    words: tuple[str, ...] = ()
    file: Path | None = None
    inner: Inner = field(default_factory=Inner)


def test_each_kind_of_field_has_its_notation() -> None:
    """Numbers, lists, switches and nested tables can be said in text."""
    environ = {"X_SIZE": "3", "X_RATIO": "0.5", "X_WORDS": "a, b", "X_FILE": "/f", "X_INNER_ON": "true"}
    expected = {"size": 3, "ratio": 0.5, "words": ["a", "b"], "file": "/f", "inner": {"on": True}}
    assert expected == environment_table(Outer, "X_", environ)


def test_an_empty_variable_is_not_set() -> None:
    """An empty value leaves the file's."""
    assert environment_table(Outer, "X_", {"X_SIZE": ""}) == {}


def test_a_wrong_switch_is_refused() -> None:
    """Only true and false are switches."""
    with pytest.raises(ConfigError, match="X_INNER_ON: must be true or false, not 'yes'"):
        environment_table(Outer, "X_", {"X_INNER_ON": "yes"})


def test_an_unknown_variable_is_refused_when_strict() -> None:
    """A typing error does not go unnoticed."""
    with pytest.raises(ConfigError, match=r"X_SIZ: is not known here; did you mean X_SIZE\?"):
        environment_table(Outer, "X_", {"X_SIZ": "1"}, strict=True)


def test_merging_replaces_leaves_only() -> None:
    """Nested tables are merged key by key."""
    assert merge({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
