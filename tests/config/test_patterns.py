"""Named expressions."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.patterns import load_patterns, spelled_out
from config.typed import Place


def test_a_name_stands_for_its_expression() -> None:
    """At any depth; other texts stay."""
    table = {"parameters": {"limit": "<zero>", "tag": "a<b>"}, "role": ["<zero>"]}
    found = spelled_out(table, {"zero": "0+"}, Place(None))
    assert found == {"parameters": {"limit": "0+", "tag": "a<b>"}, "role": ["0+"]}


def test_an_unknown_name_is_an_error() -> None:
    """With those that are known."""
    with pytest.raises(ConfigError, match=r"<none> names no expression; known are zero"):
        spelled_out("<none>", {"zero": "0+"}, Place(None))


@pytest.mark.parametrize(("text", "said"), [("a = 1", "must be a regular"), ("a = '('", "is no regular")])
def test_what_is_no_expression_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    """File and name are told."""
    (tmp_path / "patterns.toml").write_text(text)
    with pytest.raises(ConfigError, match=rf"patterns\.toml a: {said}"):
        load_patterns(tmp_path)


def test_every_shipped_expression_is_used() -> None:
    """By several entries; what one alone needs stands there."""
    text = "".join(file.read_text() for file in Path("config/deviations").glob("*.toml"))
    assert [name for name in load_patterns(Path("config")) if text.count(f'"<{name}>"') < 2] == []


def test_a_configuration_of_0_1_0_has_none(tmp_path: Path) -> None:
    """Its entries have their expressions in them."""
    assert load_patterns(tmp_path) == {}
