"""Values as reports show them."""

import pytest

from proxy.reporting.values import as_json, both, short


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "null"), (True, "true"), ("a'b", '"a\'b"'), ({"a": [1.5]}, '{"a":[1.5]}'), (b"\xff", '"ÿ"')],
)
def test_values_are_json(value: object, told: str) -> None:
    """Never the notation of a program."""
    assert as_json(value) == told


@pytest.mark.parametrize(
    ("what", "told"),
    [("value", ("null", "null")), ("missing", ("null", "(absent)")), ("extra", ("(absent)", "null"))],
)
def test_an_absent_key_is_not_null(what: str, told: tuple[str, str]) -> None:
    """It says so, on the side that lacks it."""
    assert both({"what": what, "legacy": None, "new": None}) == told


def test_a_long_value_is_cut() -> None:
    """And its length is told."""
    assert short("a" * 160) == "a" * 160
    assert short("a" * 161) == "a" * 160 + "… (161 characters)"
