"""Which transform turns one value into another."""

import pytest

from diffing.paths import MISSING, identical
from diffing.proposals import propose
from diffing.transforms import TRANSFORMS


@pytest.mark.parametrize(
    ("legacy", "new", "transform"),
    [
        ("1", 1, "integer"),
        ("1.5", 1.5, "literal"),
        ("1", 1.0, "number"),
        ("true", True, "boolean"),
        ("ARFF", "arff", "lower"),
        ("2014-04-06 23:19:20", "2014-04-06T23:19:20", "datetime"),
        ("", None, "null_text"),
        ([], None, "null_element"),
        ([], "", "blank"),
        (MISSING, None, "null"),
        (MISSING, "", "text"),
        (MISSING, [], "list"),
        (MISSING, 7, "constant"),
        ([], MISSING, "omit_empty"),
        ("a", MISSING, "drop"),
        ("a", ["a"], "list"),
        ({"x": 1}, 1, "unwrap"),
        ([{"x": 1}, {"x": 2}], [1, 2], "pluck"),
        ({"x": 1}, [1], "items"),
        ("a;b", ["a", "b"], "split"),
        ("a &amp; b", "a & b", "unescape"),
        (["a,b"], ["a", "b"], "split_each"),
    ],
)
def test_the_narrowest_transform_is_proposed(legacy: object, new: object, transform: str) -> None:
    """And it does what it is proposed for."""
    found = propose([(legacy, new)])
    assert found is not None
    assert found.transform == transform
    assert identical(TRANSFORMS[transform].apply(legacy, found.arguments), new)


def test_all_values_of_the_place_count() -> None:
    """`1` alone might be an integer."""
    found = propose([("1", 1.0), ("1.5", 1.5)])
    assert found is not None
    assert found.transform == "number"


@pytest.mark.parametrize(
    "pairs", [[(5, 6)], [("a", "b"), ("c", "d")], [(None, 0)], [("a\\b", "\\1")], [("a b", "x b")] * 2]
)
def test_nothing_is_proposed_where_no_rule_is_known(pairs: list[tuple[object, object]]) -> None:
    """Then a kind of transform is missing, or a side is wrong."""
    assert propose(pairs) is None


@pytest.mark.parametrize(
    ("pairs", "pattern", "by"),
    [
        ([("http://a", "https://a"), ("http://b/c", "https://b/c")], r"\bhttp\b", "https"),
        ([("one", "a one"), ("two", "a two")], r"\A", "a "),
        ([("one.arff", "one.csv"), ("two.arff", "two.csv")], r"arff\Z", "csv"),
    ],
)
def test_a_part_that_is_replaced_in_several_texts_is_a_rule(
    pairs: list[tuple[object, object]], pattern: str, by: str
) -> None:
    """One text for one other would be a constant of one example."""
    found = propose(pairs)
    assert found is not None
    assert (found.transform, dict(found.arguments)) == ("replace", {"pattern": pattern, "by": by})
    for legacy, new in pairs:
        assert TRANSFORMS["replace"].apply(legacy, found.arguments) == new
    assert propose(pairs[:1]) is None
