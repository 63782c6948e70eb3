"""Entries that contradict each other by what they themselves say."""

from pathlib import Path

import pytest

from diffing.contradictions import lint_conflicts
from tests.diffing.registry import ENTRIES, registry

ROUTES = ("thing.get", "thing.list")


def entry(name: str) -> str:
    """The text of an entry of the small registry."""
    start = ENTRIES.index(f'[[deviation]]\nid = "{name}"')
    end = ENTRIES.find("[[deviation]]", start + 1)
    return ENTRIES[start : end if end > 0 else len(ENTRIES)]


def told(folder: Path, entries: str) -> list[tuple[str, str]]:
    """Who conflicts, and what with."""
    findings = lint_conflicts(registry(folder, entries), ROUTES)
    assert {finding.kind for finding in findings} <= {"conflicting"}
    return [
        (finding.deviation, finding.text) for finding in lint_conflicts(registry(folder, entries), ROUTES)
    ]


def test_the_small_registry_has_none(tmp_path: Path) -> None:
    """Its broader entry stands behind the narrower one."""
    assert told(tmp_path, ENTRIES) == []


def test_an_example_that_is_anothers_near_miss_is_found(tmp_path: Path) -> None:
    """One says that it is explained, the other that it must not be."""
    other = entry("thing-id").replace("thing-id", "thing-float").replace('"integer"', '"number"')
    other = other.replace("new = 1\n", "new = 1.5\n").replace("new = 1.0", "new = 1").replace("1.5", "1.0")
    [(first, text), *_] = told(tmp_path, ENTRIES + other)
    assert (first, "is a near miss of" in text) == ("thing-id", True)


@pytest.mark.parametrize("routes", ['["other.get"]', '["thing.list"]'])
def test_a_broad_entry_before_a_narrow_one_is_found(tmp_path: Path, routes: str) -> None:
    """It claims the example of the narrow one, where they share a route."""
    narrow, broad = entry("thing-limit-zero"), entry("thing-no-results").replace('["thing.list"]', routes)
    found = told(tmp_path, broad + narrow)
    assert [name for name, _ in found] == (["thing-no-results"] if "thing" in routes else [])


def test_transforms_whose_order_decides_are_found(tmp_path: Path) -> None:
    """Both claim the value of an example."""
    other = entry("thing-id").replace("thing-id", "thing-parts")
    other = other.replace('"integer"', '"split"\nwith = { separator = "," }').replace(
        "new = 1.0", "new = 2.0"
    )
    [(first, said)] = told(tmp_path, entry("thing-id") + other.replace("new = 1\n", 'new = ["1"]\n'))
    assert (first, "and thing-parts both claim '1'" in said) == ("thing-id", True)


@pytest.mark.parametrize(("known", "names"), [("true", []), ("false", ["thing-no-results"])])
def test_what_php_knows_is_on_a_route(tmp_path: Path, known: str, names: list[str]) -> None:
    """Two entries of which one is about known paths only do not meet where there is no route."""
    broad = entry("thing-no-results").replace('["thing.list"]', '["(no route)"]')
    narrow = entry("thing-limit-zero").replace('["thing.list"]', '["*"]')
    narrow = narrow.replace("when = { ", f"when = {{ known = {known}, ")
    narrow = narrow.replace("request = { ", f"request = {{ known = {known}, ")
    findings = lint_conflicts(registry(tmp_path, broad + narrow), (*ROUTES, "(no route)"))
    assert [finding.deviation for finding in findings] == names
