"""From the legacy document to the new one."""

from pathlib import Path

from diffing.model import Asked
from diffing.normalise import normalise, tolerate
from tests.diffing.registry import GET, registry


def test_entries_apply_one_after_the_other(tmp_path: Path) -> None:
    """The second works on what the first left."""
    entries = registry(tmp_path).of_route("thing.get")
    result = normalise({"thing": {"id": "7", "name": "x"}}, Asked(GET, "GET"), entries)
    assert (result.document, result.hits) == ({"id": 7, "name": "x"}, ("thing-envelope", "thing-id"))


def test_an_entry_that_changes_nothing_is_no_hit(tmp_path: Path) -> None:
    """`explained` says that something was explained."""
    result = normalise({"name": "x"}, Asked(GET, "GET"), registry(tmp_path).of_route("thing.get"))
    assert result.hits == ()


def test_the_observer_sees_each_change(tmp_path: Path) -> None:
    """The lint learns what entries do."""
    seen: list[tuple[str, object, object]] = []
    entries = registry(tmp_path).of_route("thing.get")
    normalise({"id": "7"}, Asked(GET, "GET"), entries, lambda *change: seen.append(change))
    assert seen == [("thing-id", "7", 7)]


def test_a_body_that_is_no_document_has_no_canonical_form(tmp_path: Path) -> None:
    """A new side that answers plain text is a difference, not a fault of the comparison."""
    entries = registry(tmp_path).of_route("thing.list")
    assert tolerate([], b"text", Asked(GET, "GET"), entries) == ([], b"text", ())
