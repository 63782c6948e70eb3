"""Paths into documents."""

import pytest

from diffing.paths import MISSING, change, generalise, identical, parse, values


def test_a_path_is_parsed_into_steps() -> None:
    """Keys and `*`."""
    assert parse("$.a[*].b-c") == ("a", "*", "b-c")


@pytest.mark.parametrize("path", ["a", "$a", "$[0]", "$..a", "$.a b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    """A typing error in the registry is never a rule that does nothing."""
    with pytest.raises(ValueError, match="path"):
        parse(path)


def test_change_reaches_every_row() -> None:
    """`[*]` leads to each element."""
    document = {"rows": [{"a": "1"}, {"a": "2"}, {}]}
    changed, count = change(document, parse("$.rows[*].a"), lambda value: 0 if value is MISSING else value)
    assert (changed, count) == ({"rows": [{"a": "1"}, {"a": "2"}, {"a": 0}]}, 1)


def test_an_absent_parent_is_not_made() -> None:
    """Only the last key of a path may be filled in."""
    assert change({}, parse("$.a.b"), lambda _: 1) == ({}, 0)


def test_missing_takes_a_key_out() -> None:
    """Answering MISSING removes the key."""
    assert change({"a": 1}, parse("$.a"), lambda _: MISSING) == ({}, 1)


def test_values_tell_absent_from_null() -> None:
    """The last key may be absent, which is not null."""
    assert list(values([{"a": None}, {}], parse("$[*].a"))) == [None, MISSING]


def test_rows_are_generalised() -> None:
    """Differences of many rows share one generalised path."""
    assert generalise("$[did=61].quality[name=X].value") == "$[*].quality[*].value"


@pytest.mark.parametrize(
    ("a", "b"), [(1, 1.0), (1, True), (0, False), ("1", 1), (0.0, -0.0), ([], {}), (None, 0)]
)
def test_values_of_two_types_are_not_identical(a: object, b: object) -> None:
    """What Python calls equal is not the same answer."""
    assert not identical([{"x": a}], [{"x": b}])
