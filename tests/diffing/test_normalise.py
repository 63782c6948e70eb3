"""From the legacy document to the new one."""

from pathlib import Path

from diffing.further import ExchangeFacts
from diffing.model import Asked
from diffing.normalise import normalise, tolerate
from diffing.registry import Deviation
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


class Seen:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.applied: list[str] = []
        self.changes: list[tuple[str, object, object]] = []

    def applies(self, deviation: Deviation, document: object, asked: Asked) -> None:
        """An entry."""
        assert (document, asked.method) == ({"id": "7"}, "GET")
        self.applied.append(deviation.id)

    def changed(self, deviation: str, before: object, after: object) -> None:
        """A change."""
        self.changes.append((deviation, before, after))


def test_the_observer_sees_each_entry_and_each_change(tmp_path: Path) -> None:
    """The lint learns what entries do."""
    seen = Seen()
    normalise({"id": "7"}, Asked(GET, "GET"), registry(tmp_path).of_route("thing.get"), seen)
    assert (seen.applied, seen.changes) == (["thing-envelope", "thing-id"], [("thing-id", "7", 7)])


def test_a_body_that_is_no_document_has_no_canonical_form(tmp_path: Path) -> None:
    """A new side that answers plain text is a difference, not a fault of the comparison."""
    entries = registry(tmp_path).of_route("thing.list")
    assert tolerate([], b"text", ExchangeFacts(Asked(GET, "GET")), entries) == ([], b"text", ())
