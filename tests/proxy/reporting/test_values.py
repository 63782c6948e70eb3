"""Values as reports show them."""

import pytest

from proxy.reporting.values import as_json, both, legacy_raw, short, sides


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


def test_what_the_normaliser_made_is_called_expected() -> None:
    """With the raw value beside it, where that is another one."""
    difference = {"what": "value", "legacy": "arff", "raw": "ARFF", "new": "csv"}
    assert sides(difference) == (("expected", '"arff"'), ("legacy", '"ARFF"'), ("new", '"csv"'))
    assert sides({**difference, "raw": "arff"}) == (("expected", '"arff"'), ("new", '"csv"'))
    assert [legacy_raw({**difference, "raw": raw}) for raw in (None, "arff")] == ["", ""]


@pytest.mark.parametrize("what", ["undocumented", "broken", "timeout", "legacy_error:undocumented"])
def test_where_nothing_is_expected_it_is_legacys_own(what: str) -> None:
    """Of errors that no entry is about, and of verdicts without a comparison."""
    assert sides({"what": what, "legacy": 412, "raw": None, "new": 200}) == (
        ("legacy", "412"),
        ("new", "200"),
    )
