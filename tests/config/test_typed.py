"""TOML tables become typed values, or an error that says where and what would be right."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from config.errors import ConfigError
from config.typed import Place, build, read_toml

PLACE = Place(Path("proxy.toml"), "[served]")


@dataclass(frozen=True, slots=True)
class Inner:
    size: int


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    ratio: float = 1.0
    words: tuple[str, ...] = ()
    mode: Literal["on", "off"] = "off"
    note: str | None = None
    inner: Inner | None = None
    table: Mapping[str, int] | None = None


def test_every_kind_of_value_is_read() -> None:
    """Scalars, lists, literals, nested tables and mappings all arrive typed."""
    table = {"name": "a", "ratio": 2, "words": ["x"], "mode": "on", "inner": {"size": 3}, "table": {"k": 1}}
    expected = Outer("a", 2.0, ("x",), "on", None, Inner(3), {"k": 1})
    assert expected == build(Outer, table, PLACE)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "proxy.toml [served] name: is missing; it must be text"),
        ({"name": 1}, "proxy.toml [served] name: must be text, not 1"),
        ({"name": "a", "nam": 1}, "proxy.toml [served] nam: is not known here; did you mean name?"),
        ({"name": "a", "ratio": True}, "proxy.toml [served] ratio: must be a number, not True"),
        ({"name": "a", "mode": "of"}, "proxy.toml [served] mode: must be one of 'on', 'off', not 'of'"),
        ({"name": "a", "words": "x"}, "proxy.toml [served] words: must be a list, each text, not 'x'"),
        (
            {"name": "a", "inner": {"size": "3"}},
            "proxy.toml [served].inner size: must be an integer, not '3'",
        ),
        ({"name": "a", "inner": 1}, "must be a table, not 1"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(table: dict[str, object], message: str) -> None:
    """The message names file, table and key, and what would be right."""
    with pytest.raises(ConfigError) as caught:
        build(Outer, table, PLACE)
    assert message in str(caught.value)


def test_a_given_field_may_not_be_in_the_table() -> None:
    """What the caller supplies is no key of the file."""
    with pytest.raises(ConfigError, match="name: is not known here"):
        build(Outer, {"name": "a"}, PLACE, {"name": "b"})


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    """A syntax error is a ConfigError with the line."""
    file = tmp_path / "x.toml"
    file.write_text("a = \n")
    with pytest.raises(ConfigError, match=r"is not TOML: .*line 1"):
        read_toml(file)


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    """A file that is not there is one clear line."""
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_toml(tmp_path / "x.toml")
