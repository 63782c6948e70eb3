"""What entries did over many exchanges."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diffing.compare import Differ
from diffing.paths import MISSING
from diffing.usage import Usage, shape
from tests.diffing.registry import ENTRIES, GET, LIST, PROBLEMS, registry
from tests.diffing.test_compare import answer, error, of, problem

AT = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)


def used(folder: Path, entries: str = ENTRIES) -> tuple[Differ, Usage]:
    """A differ that tells what its entries do."""
    usage = Usage()
    return Differ(registry(folder, entries), PROBLEMS, usage=usage), usage


def test_the_last_hit_is_the_latest() -> None:
    """In whatever order exchanges are told."""
    usage = Usage()
    for at in (AT, AT + timedelta(hours=1), AT - timedelta(hours=1)):
        usage.compared("thing.get", "explained", ["thing-id"], at)
    assert (usage.hits["thing-id"]["thing.get"], usage.last["thing-id"]) == (3, AT + timedelta(hours=1))


def test_shapes_of_changed_values_are_kept(tmp_path: Path) -> None:
    """Before and after."""
    differ, usage = used(tmp_path)
    differ.compare(of(GET), answer({"id": "1"}), answer({"id": 1}))
    assert list(usage.shapes["thing-id"]) == [("text", "integer")]


def test_facts_can_be_stored_and_learnt(tmp_path: Path) -> None:
    """A log holds them for a lint that did not see the exchanges."""
    differ, usage = used(tmp_path)
    differ.compare(of(GET), answer({"id": "1"}), answer({"id": 1}))
    usage.passed_over("thing-no-results")
    usage.conflicts["thing-id", "thing-envelope"]["thing.get"] += 1
    learnt = Usage()
    for fact in usage.facts():
        learnt.learn(fact, "thing.get", 1)
    assert (learnt.shapes, learnt.masked, learnt.conflicts) == (usage.shapes, usage.masked, usage.conflicts)


def test_what_stands_behind_a_narrower_entry_is_not_masked(tmp_path: Path) -> None:
    """With limit=0 the first of two counts; without, the other one will."""
    differ, usage = used(tmp_path)
    differ.compare(of(LIST, limit="0"), error("372"), problem(404, "no-results", "No Results", "372"))
    assert (dict(usage.masked), dict(usage.conflicts)) == ({}, {})


def test_an_entry_that_was_masked_is_not_stale(tmp_path: Path) -> None:
    """It is dead; staleness says that its case did not come."""
    entry = registry(tmp_path).by_id["thing-id"]
    usage = Usage()
    usage.comparable["thing.get"] = 5
    before = usage.stale(entry, 5)
    usage.passed_over("thing-id")
    assert (before, usage.stale(entry, 6), usage.stale(entry, 5)) == (True, False, False)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (MISSING, "absent"),
        (None, "null"),
        ("", "empty text"),
        (True, "boolean"),
        ([1, "a"], "list of integer and text"),
        ([], "empty list"),
        ({}, "object"),
    ],
)
def test_shapes_are_told_in_words(value: object, words: str) -> None:
    """A finding is read by a person."""
    assert shape(value) == words
