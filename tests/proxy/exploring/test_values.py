"""Values, odd and usual."""

import random

import pytest

from config.json_schema import Schema
from proxy.exploring.values import ODD, TELLING, fitting, mangled, word_of


@pytest.mark.parametrize(
    ("schema", "legal"),
    [
        ({"enum": ["a", "b"]}, {"a", "b"}),
        ({"type": "boolean"}, {"true", "false"}),
        ({"type": "integer", "minimum": 1, "maximum": 3}, {"1", "2", "3", "10"}),
        ({"type": "string", "pattern": "^[0-9]+$"}, {"1", "2", "5"}),
        ({"anyOf": [{"type": "boolean"}, {"enum": [1]}]}, {"true", "false", "1"}),
    ],
)
def test_a_value_fits_its_schema(schema: dict[str, object], legal: set[str]) -> None:
    """Of whatever kind."""
    assert {fitting(Schema(schema, {}), random.Random(seed)) for seed in range(50)} <= legal


def test_a_list_is_written_with_commas() -> None:
    """As filters take it."""
    schema = Schema({"type": "array", "items": {"enum": ["a"]}}, {})
    assert {fitting(schema, random.Random(seed)) for seed in range(50)} == {"a", "a,a", "a,a,a"}


def test_a_mangled_value_holds_the_value() -> None:
    """With something around it."""
    found = {mangled("17", random.Random(seed)) for seed in range(200)}
    assert all("17" in value for value in found)
    assert {" 17", "+17", "17\n", "17,17"} <= found
    assert "17" not in found


def test_routes_know_words() -> None:
    """Of their own before those of all."""
    assert word_of("study.part", "part", random.Random(1)) in ("data", "flows", "tasks", "setups", "runs")
    assert word_of("a.get", "b", random.Random(1)) is None


def test_odd_values_are_odd_once() -> None:
    """Each is there once, the telling ones among them."""
    assert len(set(ODD)) == len(ODD)
    assert set(TELLING) <= set(ODD)
