"""Lint of the registry."""

from pathlib import Path

import pytest

from diffing.compare import Differ
from diffing.lint import Usage, lint_examples, lint_usage, shape
from diffing.paths import MISSING
from tests.diffing.registry import ENTRIES, GET, LIST, PROBLEMS, registry
from tests.diffing.test_compare import answer, error, of, problem


def test_good_examples_have_no_findings(tmp_path: Path) -> None:
    """Every example is explained, no near miss is."""
    assert list(lint_examples(registry(tmp_path))) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ('legacy = "1"\nnew = 1\n', 'legacy = "1"\nnew = 2\n', "example"),
        ('legacy = "1"\nnew = 1.0', 'legacy = "1"\nnew = 1', "near_miss"),
        ('new = { status = 404, code = "371"', 'new = { status = 422, code = "371"', "near_miss"),
    ],
)
def test_a_broken_example_is_found(tmp_path: Path, before: str, after: str, kind: str) -> None:
    """Examples are tests."""
    assert before in ENTRIES
    findings = lint_examples(registry(tmp_path, ENTRIES.replace(before, after)))
    assert [finding.kind for finding in findings] == [kind]


def used(tmp_path: Path, entries: str = ENTRIES) -> tuple[Differ, Usage]:
    """A differ that tells what its entries do."""
    usage = Usage()
    return Differ(registry(tmp_path, entries), PROBLEMS, usage=usage), usage


def test_a_value_unlike_all_examples_is_over_broad(tmp_path: Path) -> None:
    """`$.id` was a list of texts, the example shows a text."""
    differ, usage = used(tmp_path)
    differ.compare(of(GET), answer({"id": ["1", "2"]}), answer({"id": [1, 2]}))
    assert [(f.deviation, f.kind) for f in lint_usage(differ.registry, usage)] == [("thing-id", "over_broad")]


def test_an_entry_without_a_hit_is_stale(tmp_path: Path) -> None:
    """Once its routes had enough comparable exchanges."""
    differ, usage = used(tmp_path)
    for _ in range(3):
        usage.compared("thing.get", ("thing-envelope", "thing-id"))
    stale = [f.deviation for f in lint_usage(differ.registry, usage, stale_after=3) if f.kind == "stale"]
    assert stale == ["thing-dies"]


def test_an_entry_that_is_always_masked_is_dead(tmp_path: Path) -> None:
    """An earlier entry says the same."""
    start = ENTRIES.index('[[deviation]]\nid = "thing-no-results"')
    end = ENTRIES.index('[[deviation]]\nid = "thing-offset"')
    twin = ENTRIES[start:end].replace("thing-no-results", "thing-twin")
    differ, usage = used(tmp_path, ENTRIES + twin)
    comparison = differ.compare(of(LIST), error("372"), problem(404, "no-results", "No Results", "372"))
    usage.compared("thing.list", comparison.deviations)
    assert ("thing-twin", "dead") in [(f.deviation, f.kind) for f in lint_usage(differ.registry, usage)]


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
