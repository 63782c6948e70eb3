"""Only what is new or has grown is written."""

from proxy.log.changes import Written
from proxy.log.tables import coverage, runs

NAMES = ("route", "kind", "value")


def test_what_is_written_is_not_written_again() -> None:
    """Until it has grown; then it is an update."""
    written = Written("r")
    rows = {("task.get", "status", "2xx"): {"exchanges": 1}}
    [first] = written.changes(coverage, rows, NAMES)
    assert (first.new, first.keys["value"], first.values["exchanges"]) == (True, "2xx", 1)
    written.note([first])
    assert list(written.changes(coverage, rows, NAMES)) == []
    assert written.says(coverage, ("task.get", "status", "2xx"), 1)
    [again] = written.changes(coverage, {("task.get", "status", "2xx"): {"exchanges": 2}}, NAMES)
    assert not again.new


def test_a_row_without_a_count_is_always_written() -> None:
    """That of the run says when it was seen last."""
    written = Written("r")
    for new in (True, False):
        [change] = written.changes(runs, {(): {"seen": 1}})
        assert change.new is new
        written.note([change])


def test_a_log_that_is_gone_gets_everything() -> None:
    """All rows are new again."""
    written = Written("r")
    written.note(written.changes(runs, {(): {"seen": 1}}))
    written.forget()
    [change] = written.changes(runs, {(): {"seen": 1}})
    assert change.new


def test_a_row_that_is_dropped_is_no_longer_known() -> None:
    """It takes no memory."""
    written = Written("r")
    written.note(written.changes(runs, {(): {"size": 1}}))
    written.drop(runs, [()])
    assert not written.says(runs, (), 1)
