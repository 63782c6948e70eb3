"""A cluster in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from proxy.log.clusters import Shown, StoredCluster
from proxy.reporting.cluster_words import causes_of, common_of, title_of

AT = datetime(2026, 11, 22, tzinfo=UTC)


def cluster(*differences: dict[str, Any]) -> Shown:
    """A cluster of these differences."""
    stored = StoredCluster("0" * 64, "s", "dataset.get", "mismatch", 3, AT, AT)
    return Shown(stored, differences[0], {"differences": list(differences)})


def difference(path: str, what: str, legacy: object, new: object, raw: object = None) -> dict[str, Any]:
    """One difference."""
    return {"path": path, "what": what, "legacy": legacy, "new": new, "raw": raw, "nearly": []}


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (("$.format", "value", "arff", "ARFF"), '`format` differs: expected "arff", got "ARFF"'),
        (
            ("$[did=61].did", "type", 61, "61"),
            '`did` is of another type: expected 61 (an integer), got "61" (a text)',
        ),
        (("$[did=61]", "missing", {"did": 61}, None), "row `did=61` is missing"),
        (("$.a.b", "missing", 1, None), "`a.b` is missing: expected 1"),
        (("$[*].tag[2]", "extra", None, "x"), 'row `2` should not be there: got "x"'),
        (("$", "order", [1], [2]), "rows of the answer come in another order"),
        (("$[id=1]", "duplicate", {}, None), "row `id=1` comes another number of times"),
        (("status", "status", 404, 410), "status differs: expected 404, got 410"),
        (("header.allow", "value", "GET", "POST"), 'header `allow` differs: expected "GET", got "POST"'),
        (("$", "broken", None, "not_json"), "the new side breaks: not_json"),
        (("$", "new_error", 200, "reset"), "the new side fails"),
        (("$", "legacy_error:undocumented", "reset", 200), "legacy fails, and no entry says why"),
        (
            ("status", "undocumented", "412 with code 1", "200 with code None"),
            "no entry is about legacy's error: legacy 412 with code 1, new 200 with code None",
        ),
    ],
)
def test_a_difference_in_words(found: tuple[str, str, object, object], title: str) -> None:
    """What a newcomer can read."""
    assert title_of(cluster(difference(*found))) == title


def test_the_status_says_most() -> None:
    """Its twin in the problem document is not another place, other differences are counted by place."""
    status = difference("$.status", "value", 404, 410), difference("status", "status", 404, 410)
    assert title_of(cluster(*status)) == "status differs: expected 404, got 410"
    rows = [difference(f"$[did={number}].format", "value", "a", "b") for number in range(5)]
    header = difference("header.allow", "value", "GET", "POST")
    assert title_of(cluster(header, *rows)) == '`format` differs: expected "a", got "b" (and 1 more place)'


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (("value", "arff", "ARFF", "ARFF"), "The new side answers as PHP wrote it"),
        (("value", "arff", "ARFF", None), "Only upper and lower case differ."),
        (("value", "a b", "a  b", None), "Only blanks and line ends differ."),
        (("value", "a & b", "a &amp; b", None), "Only one of the texts is escaped for HTML."),
        (("value", "abc", "ab", None), "One text is the beginning of the other"),
        (("type", 1, "1", None), "The number is the same, its type is not."),
        (("type", "x", None, None), "The new side has null"),
        (("type", None, "x", None), "Null is expected"),
        (("value", [1, 2], [2, 1], None), "The elements are the same, in another order."),
        (("value", 0.1, 0.10000001, None), "The numbers are nearly equal"),
        (("missing", 1, None, None), "The new side has no such key"),
        (("extra", None, 1, None), "The new side answers more than PHP"),
    ],
)
def test_a_cause_is_seen_in_the_values(found: tuple[str, object, object, object], cause: str) -> None:
    """The likeliest first."""
    assert causes_of(cluster(difference("$.x", *found)))[0].startswith(cause)


def test_no_cause_is_made_up() -> None:
    """Where the values say nothing."""
    assert causes_of(cluster(difference("$.x", "value", "a", "b"))) == []


def test_a_lost_row_and_a_status_have_their_own() -> None:
    """They are about the query and the problem."""
    assert "joins" in causes_of(cluster(difference("$[did=1]", "missing", {}, None)))[0]
    assert "which problem" in causes_of(cluster(difference("status", "status", 404, 410)))[0]


def test_what_requests_have_in_common() -> None:
    """An equal value, a parameter that they need not have, a role."""
    requests = [
        {"request": "a", "role": "admin", "parameters": {"status": "all", "limit": "1", "id": "1"}},
        {"request": "b", "role": "admin", "parameters": {"status": "all", "limit": "2", "id": "2", "x": "1"}},
    ]
    assert common_of(requests, {"id"}) == ["all with `status=all`", "all with `limit`", "all of role `admin`"]
    assert common_of([{**item, "role": "none"} for item in requests], {"id"})[-1] == "all with `limit`"
    assert common_of(requests[:1]) == []
