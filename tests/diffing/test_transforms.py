"""What each kind of transform does to a value."""

import pytest

from diffing.paths import MISSING, identical
from diffing.transforms import TRANSFORMS

CASES: list[tuple[str, dict[str, object], object, object]] = [
    ("unwrap", {"key": "a"}, {"a": [1]}, [1]),
    ("unwrap", {"key": "a"}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
    ("pluck", {"key": "id"}, [{"id": "1"}, {"id": "2"}], ["1", "2"]),
    ("pluck", {"key": "id"}, {"id": ["1", "2"]}, ["1", "2"]),
    ("pluck", {"key": "id"}, [], []),
    ("items", {"key": "a"}, {"a": {"x": 1}}, [{"x": 1}]),
    ("items", {"key": "a"}, {"a": [1, 2]}, [1, 2]),
    ("items", {"key": "a"}, [], []),
    ("rename", {"from": "a", "to": "b"}, {"a": 1, "c": 2}, {"b": 1, "c": 2}),
    ("rename", {"from": "a", "to": "b"}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
    ("list", {}, MISSING, []),
    ("list", {}, "x", ["x"]),
    ("list", {}, ["x"], ["x"]),
    ("list_of_text", {}, ["Ada", []], ["Ada", ""]),
    ("list_of_text", {}, [], []),
    ("null", {}, MISSING, None),
    ("null", {}, [], None),
    ("null", {}, "", ""),
    ("null_text", {}, "", None),
    ("null_text", {}, " ", " "),
    ("text", {}, [], ""),
    ("blank", {}, [], ""),
    ("blank", {}, MISSING, MISSING),
    ("integer", {}, "12", 12),
    ("integer", {}, ["1", "2"], [1, 2]),
    ("integer", {}, "007", "007"),
    ("integer", {}, "1２", "1２"),
    ("number", {}, "1２", "1２"),
    ("integer", {}, "1.0", "1.0"),
    ("number", {}, "63", 63.0),
    ("number", {}, "1e-07", 1e-07),
    ("number", {}, "1_0", "1_0"),
    ("number", {}, "NaN", "NaN"),
    ("number", {}, "1e999", "1e999"),
    ("number", {}, 3, 3.0),
    ("number", {}, 10**400, 10**400),
    ("integer", {}, "9" * 5000, "9" * 5000),
    ("literal", {}, "9" * 5000, "9" * 5000),
    ("literal", {}, "10", 10),
    ("literal", {}, "1.0E-12", 1e-12),
    ("literal", {}, "0x1f", "0x1f"),
    ("boolean", {}, "true", True),
    ("boolean", {}, "True", "True"),
    ("datetime", {}, "2019-07-09 15:22:03", "2019-07-09T15:22:03"),
    ("datetime", {}, "2019-07-09", "2019-07-09"),
    ("lower", {}, "Sparse_ARFF", "sparse_arff"),
    ("split", {"separator": ","}, "a,b", ["a", "b"]),
    ("split", {"separator": ",", "trim": True}, "a, b", ["a", "b"]),
    ("split", {"separator": ","}, MISSING, MISSING),
    ("split_each", {"separator": ","}, ["Tansy, Fay", "Ada"], ["Tansy", "Fay", "Ada"]),
    ("replace", {"pattern": "&amp;", "by": "&"}, "a&amp;b", "a&b"),
    ("php_array", {}, "[[45,22],[34, 1.5]]", [45, 22, 34, 1.5]),
    ("php_array", {}, "[ Pretend Corp, 932.06 ]", ["Pretend Corp", "932.06"]),
    ("escape", {}, '"a" & <b>\'', "&quot;a&quot; &amp; &lt;b&gt;'"),
    ("drop", {}, "x", MISSING),
    ("constant", {"value": 0}, MISSING, 0),
    ("constant", {"value": 0}, 1, 1),
    ("default", {"value": 0}, [], 0),
    ("default", {"value": 0}, MISSING, 0),
    ("default", {"value": 0}, "3", "3"),
    ("texts_if_any", {}, "no", ["no"]),
    ("texts_if_any", {}, [], [""]),
    ("texts_if_any", {}, ["no", []], ["no", ""]),
    ("texts_if_any", {}, MISSING, MISSING),
    ("omit_empty", {}, [], MISSING),
    ("omit_empty", {}, "", ""),
    (
        "unique",
        {},
        [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1.0, "b": 2}],
        [{"b": 2, "a": 1}, {"a": 1.0, "b": 2}],
    ),
    (
        "every_level",
        {"transform": "integer", "through": "$.sub[*].flow", "at": ["$.id", "$.version"]},
        {"id": "1", "sub": [{"flow": {"id": "2", "sub": [{"flow": {"version": "3"}}]}}]},
        {"id": 1, "sub": [{"flow": {"id": 2, "sub": [{"flow": {"version": 3}}]}}]},
    ),
    (
        "every_level",
        {"transform": "rename", "through": "$.subs[*]", "at": "$", "from": "component", "to": "subs"},
        {"component": [{"component": [{"id": "1"}]}]},
        {"subs": [{"subs": [{"id": "1"}]}]},
    ),
    ("unescape", {}, "salt &amp; pepper &lt;v&quot;1&quot;&gt;", 'salt & pepper <v"1">'),
    ("unescape", {}, "&amp;amp;", "&amp;"),
    ("null_element", {}, [], None),
    ("null_element", {}, MISSING, MISSING),
    ("null_element", {}, "", ""),
    ("measured", {}, [{"value": ""}, {"value": "0"}, {"value": "NaN"}], [{"value": 0.0}, {"value": "NaN"}]),
    ("measured", {}, [{"name": "a"}, "x"], [{"name": "a"}, "x"]),
]


@pytest.mark.parametrize(("name", "arguments", "legacy", "new"), CASES)
def test_transform(name: str, arguments: dict[str, object], legacy: object, new: object) -> None:
    """A legacy value becomes the new value, type for type."""
    after = TRANSFORMS[name].apply(legacy, arguments)
    assert identical(after, new) or after is new


@pytest.mark.parametrize("name", ["constant", "default"])
def test_a_value_that_is_filled_in_belongs_to_the_document(name: str) -> None:
    """Later transforms change documents in place, and never the registry's own value."""
    arguments: dict[str, object] = {"value": {}}
    first = TRANSFORMS[name].apply(MISSING, arguments)
    assert isinstance(first, dict)
    first["file"] = []
    assert TRANSFORMS[name].apply(MISSING, arguments) == {}


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_every_transform_has_a_case(name: str) -> None:
    """A new kind comes with its test."""
    assert name in {case[0] for case in CASES}
