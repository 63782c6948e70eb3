"""Which deviations nearly explained a difference."""

from pathlib import Path

from diffing.explain import explained, unregistered
from diffing.model import Asked, Difference
from tests.diffing.registry import GET, LIST, registry


def test_the_entry_of_the_path_is_named(tmp_path: Path) -> None:
    """With the reason why it did not apply."""
    entries = registry(tmp_path).of_route("thing.get")
    (difference,) = explained(
        [Difference("$.id", "value", 1, 2)], entries, (), [("thing-id", "it is Monday")]
    )
    assert difference.nearly == ("thing-id does not apply: it is Monday.",)


def test_entries_of_other_paths_are_not_named(tmp_path: Path) -> None:
    """A hint that leads nowhere is no hint."""
    entries = registry(tmp_path).of_route("thing.get")
    (difference,) = explained([Difference("$.name", "value", "a", "b")], entries, ("thing-id",), ())
    assert difference.nearly == ()


def test_rows_are_generalised_before_they_are_looked_up(tmp_path: Path) -> None:
    """`$[id=7].id` is what `$[*].id` is about."""
    entries = registry(tmp_path).of_route("thing.list")
    (difference,) = explained([Difference("$[id=7].id", "value", 7, 8)], entries, (), ())
    assert difference.nearly == ("thing-id found nothing to change in the legacy value.",)


def test_an_error_without_an_entry_says_so(tmp_path: Path) -> None:
    """The registry is where it has to be documented."""
    entries = registry(tmp_path).of_route("thing.get")
    assert "No entry" in unregistered(Asked(GET, "GET"), 412, "999", "", None, entries)[0]


def test_an_entry_of_the_same_code_says_why_not(tmp_path: Path) -> None:
    """Status 450 is not 412."""
    entries = registry(tmp_path).of_route("thing.list")
    sentences = unregistered(Asked(LIST, "GET"), 450, "372", "", None, entries)
    assert sentences[0].startswith("thing-limit-zero does not apply: parameter limit is absent")
