"""The rows that there should be, and those that are not as they should be."""

from datetime import datetime
from typing import Any

from proxy.checking.effects import Columns, RowDifference, ScenarioWindow, expected, row_differences
from proxy.recordings.scenarios import NOW, RowChange

TAG = "expdb.tag"
COLUMNS = {TAG: Columns(("id", "tag", "date"), frozenset({2}))}
WINDOW = ScenarioWindow(
    datetime.fromisoformat("2026-01-01T00:00:00"), datetime.fromisoformat("2026-01-01T00:00:05")
)
OLD, EARLY, LATE = "2014-04-06 23:19:24", "2026-01-01 00:00:01", "2026-01-01 00:00:05"
BEFORE = {TAG: ((1, "a", OLD), (2, "b", EARLY))}


def change(op: Any, row: dict[str, Any] | None = None, before: dict[str, Any] | None = None) -> RowChange:
    """A recorded change of a tag."""
    return RowChange(TAG, op, row or {}, before or {})


def after(*changes: RowChange) -> tuple[tuple[object, ...], ...]:
    """The rows after changes."""
    return expected(BEFORE, changes, COLUMNS, WINDOW).rows[TAG]


def test_an_inserted_row_is_added() -> None:
    """Its time of writing is the present."""
    assert after(change("insert", {"id": 3, "tag": "c", "date": NOW})) == (*BEFORE[TAG], (3, "c", LATE))


def test_a_deleted_row_goes() -> None:
    """It is found by its values, whatever the moment of its writing was."""
    assert after(change("delete", before={"id": 2, "tag": "b", "date": NOW})) == ((1, "a", OLD),)


def test_an_updated_row_keeps_what_is_not_named() -> None:
    """The recording names the key and what changed."""
    update = change("update", {"id": 1, "tag": "z"}, {"id": 1, "tag": "a"})
    assert after(update) == ((1, "z", OLD), (2, "b", EARLY))


def test_a_change_of_a_row_that_is_not_there_is_told() -> None:
    """Nothing can be said of what follows from it."""
    found = expected(BEFORE, [change("delete", before={"id": 9})], COLUMNS, WINDOW)
    assert found.unknown == [RowDifference(TAG, "unknown", {"id": 9})]


def test_times_of_writing_are_one() -> None:
    """An update of one by another is not recorded."""
    assert row_differences(BEFORE, {TAG: ((1, "a", OLD), (2, "b", LATE))}, COLUMNS, WINDOW) == []


def test_another_time_is_a_difference() -> None:
    """Of the sample, or of another clock."""
    found = row_differences(
        BEFORE, {TAG: ((1, "a", "2014-04-06 23:19:25"), (2, "b", EARLY))}, COLUMNS, WINDOW
    )
    assert [(item.what, item.row["date"]) for item in found] == [
        ("missing", OLD),
        ("extra", "2014-04-06 23:19:25"),
    ]


def test_the_same_row_twice_is_a_difference() -> None:
    """Rows are a multiset."""
    twice = {TAG: (*BEFORE[TAG], BEFORE[TAG][0])}
    assert [item.what for item in row_differences(BEFORE, twice, COLUMNS, WINDOW)] == ["extra"]


def test_the_order_of_rows_is_none() -> None:
    """A table has no order."""
    assert row_differences(BEFORE, {TAG: BEFORE[TAG][::-1]}, COLUMNS, WINDOW) == []
