"""Two transforms that claim one value."""

from pathlib import Path

import pytest

from diffing.model import Asked
from diffing.overlaps import Claim, Overlap, Overlaps, shared
from diffing.paths import MISSING
from diffing.registry import Registry
from tests.diffing.registry import GET, registry

ENTRY = """
[[deviation]]
id = "{id}"
kind = "transform"
title = "t"
routes = ["thing.get"]
at = "{at}"
{what}
why = "w"
guide = "things"
[[deviation.example]]
legacy = "a"
new = "b"
[[deviation.near_miss]]
legacy = "a"
new = "a"
"""
LEVELS = '"every_level"\nwith = { through = "$.inner", at = "$.a", transform = "null" }'


def two(folder: Path, first: str, later: str, at: tuple[str, str] = ("$.a", "$.a")) -> Registry:
    """Two transforms of one route."""
    whats = [what if "\n" in what else f'"{what}"' for what in (first, later)]
    return registry(
        folder,
        "".join(
            ENTRY.format(id=name, at=place, what=f"transform = {what}")
            for name, place, what in zip(("first", "later"), at, whats, strict=True)
        ),
    )


def overlap(folder: Path, first: str, later: str) -> Overlap:
    """The one place that they share."""
    [found] = shared(*two(folder, first, later).deviations)
    return found


@pytest.mark.parametrize(
    ("first", "later", "value", "claim"),
    [
        ("null", "text", [], Claim.CONFLICT),
        ("null", "blank", MISSING, None),  # an absent key is none of the later one's business
        ("integer", "number", "1", None),  # a float in the end, in either order
        ("integer", "literal", "1", Claim.MASKED),
        ("lower", "list", "A", None),  # a list of the lower text, in either order
        ("list_of_text", "lower", ["A"], None),  # it is a list already
        ('"unwrap"\nwith = { key = "b" }', "list", {"b": 1}, None),  # an envelope
        ("list", '"unwrap"\nwith = { key = "b" }', {"b": 1}, Claim.CONFLICT),  # it stays on
    ],
)
def test_claims(tmp_path: Path, first: str, later: str, value: object, claim: Claim | None) -> None:
    """Both would change the value as it stands, and what comes of it depends on the order."""
    assert overlap(tmp_path, first, later).judge(value) is claim


def test_an_order_that_is_declared_is_no_conflict(tmp_path: Path) -> None:
    """`before` says that it is meant."""
    assert overlap(tmp_path, '"null"\nbefore = ["later"]', "text").judge([]) is None


def test_entries_of_other_places_share_none(tmp_path: Path) -> None:
    """Also where one place is inside the other: what is inside is the later one's."""
    assert list(shared(*two(tmp_path, "null", "text", ("$.a", "$.a.b")).deviations)) == []


def test_an_entry_of_every_level_is_about_the_first_too(tmp_path: Path) -> None:
    """Its path is that of the object, then its own."""
    [found] = shared(*two(tmp_path, LEVELS, "text", ("$", "$.a")).deviations)
    assert (found.at, found.judge([])) == (("a",), Claim.CONFLICT)


def test_claims_are_found_in_a_document(tmp_path: Path) -> None:
    """Each pair once, however many values there are; the document stays as it is."""
    entries = two(tmp_path, "null", "text", ("$[*].a", "$[*].a"))
    document = [{"a": []}, {"a": []}, {"a": "x"}]
    found = list(Overlaps(entries).claims(entries.by_id["first"], document, Asked(GET, "GET")))
    assert found == [(Claim.CONFLICT, "first", "later")]
    assert document == [{"a": []}, {"a": []}, {"a": "x"}]
