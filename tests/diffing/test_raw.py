"""The raw value beside the expected one."""

import time

import orjson
import pytest

from diffing.model import Difference, Observation
from diffing.raw import RawDocument, with_raw

_LIST = {"data": {"dataset": [{"did": 61, "format": "ARFF"}, {"did": 62, "format": "CSV"}]}}


@pytest.mark.parametrize(
    ("document", "path", "expected"),
    [
        ({"data_set_description": {"id": "61", "format": "ARFF"}}, "$.format", "ARFF"),
        (_LIST, "$[did=62].format", "CSV"),
        (_LIST, "$[1].format", "CSV"),
        (_LIST, "$[did=61]", {"did": 61, "format": "ARFF"}),
        ({"qualities": {"quality": [{"name": "a", "value": "1"}]}}, "$.qualities[name=a].value", "1"),
        ({"task": {"tag": "one"}}, "$.tag[0]", "one"),
        ({"error": {"code": "181", "message": "No"}}, "$.code", "181"),
        ({"a": {"rows": {"row": [{"x": [1, 2]}, {"x": [3]}]}}}, "$.rows[0].x[1]", 2),
        ({"a": [{"k": 1, "n": "x", "v": 1}, {"k": 1, "n": "y", "v": 2}]}, "$[k=1,n=y].v", 2),
    ],
)
def test_a_value_is_found_below_its_envelopes(document: object, path: str, expected: object) -> None:
    """Also in a list of one, which PHP shows without a list."""
    assert RawDocument(document).value(path) == expected


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (_LIST, "$[did=63].format"),
        (_LIST, "$.format"),
        ({"a": {"name": "1"}, "b": {"name": "2"}}, "$.name"),
        (_LIST, "$"),
        (b"<p>", "$.format"),
    ],
)
def test_nothing_is_guessed(document: object, path: str) -> None:
    """Where no place ends like the path, or places with several values do."""
    assert RawDocument(document).value(path) is None


def test_differences_get_it() -> None:
    """Of a status the legacy one; not those of headers, nor what legacy does not have."""
    legacy = Observation(412, (("Content-Type", "application/json"),), orjson.dumps({"x": {"a": "1"}}))
    found = [
        Difference("status", "status", 404, 410),
        Difference("$.a", "value", 1, 2),
        Difference("$.a", "extra", None, 2),
        Difference("header.allow", "value", "GET", "POST"),
    ]
    assert [difference.raw for difference in with_raw(found, legacy)] == [412, "1", None, None]


def test_a_long_list_is_read_once_for_all_differences() -> None:
    """Fifty places of ten thousand rows take less than a second; of one that leads everywhere, nothing is told."""
    rows = [{"did": str(number), "format": "ARFF", "tag": [["a"]] * 9} for number in range(10_000)]
    legacy = Observation(200, (("Content-Type", "application/json"),), orjson.dumps({"data": rows}))
    found = [Difference(f"$[did={number}].format", "value", 1, 2) for number in range(0, 10_000, 50)]
    started = time.process_time()
    assert [difference.raw for difference in with_raw(found, legacy)] == ["ARFF"] * 50 + [None] * 150
    everywhere = [Difference("$[0][0][9]", "value", 1, 2) for _ in range(50)]
    assert [difference.raw for difference in with_raw(everywhere, legacy)] == [None] * 50
    assert time.process_time() - started < 2
