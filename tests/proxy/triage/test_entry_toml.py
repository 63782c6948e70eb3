"""Entries as TOML."""

import json
import tomllib

import pytest

from diffing.registry import Kind, Registry
from proxy.triage.entry_toml import PLACEHOLDER, entry_toml, file_of, section_of
from proxy.triage.scaffold import EntryDraft, Unfit
from tests.proxy.triage_cases import CONTRACT

DRAFT = EntryDraft(
    Kind.TRANSFORM, "a-lower", "t", {"at": "$.a", "transform": "lower"}, ("A", "a"), ("A", "A")
)


def test_an_entry_can_be_read_again() -> None:
    """Quotes, backslashes and control characters survive."""
    nasty = "a'b\"c\\d\n\x7fé"
    draft = EntryDraft(
        Kind.TRANSFORM, "x", nasty, {"with": {"value": [nasty, 1, True]}}, (nasty, 1), (nasty, nasty)
    )
    [entry] = tomllib.loads(entry_toml(draft, "task.get", CONTRACT.registry, set()))["deviation"]
    assert (entry["title"], entry["with"]["value"]) == (nasty, [nasty, 1, True])
    assert entry["why"] == PLACEHOLDER


def test_half_characters_of_examples_are_escaped() -> None:
    """As JSON escapes them; a key that holds one has no form in TOML."""
    draft = EntryDraft(Kind.TRANSFORM, "x", "t", {"at": "$.a"}, ("A\ud83d", "a"), ("A", "A"))
    text = entry_toml(draft, "task.get", CONTRACT.registry, set())
    [entry] = tomllib.loads(text.encode().decode())["deviation"]
    assert json.loads(entry["example"][0]["legacy_json"]) == "A\ud83d"
    odd = EntryDraft(Kind.TRANSFORM, "x", "t", {"at": "$.\ud83d"}, ("A", "a"), ("A", "A"))
    with pytest.raises(Unfit, match="cannot be written as TOML"):
        entry_toml(odd, "task.get", CONTRACT.registry, set())


def test_ids_are_given_once() -> None:
    """Also among those that are made at once."""
    taken: set[str] = set()
    for _ in range(2):
        entry_toml(DRAFT, "task.get", Registry(()), taken)
    assert taken == {"task-get-a-lower", "task-get-a-lower-2"}


def test_the_path_without_a_route_has_an_id_too() -> None:
    """Blanks and brackets do not belong into one."""
    assert 'id = "no-route-a-lower"' in entry_toml(DRAFT, "(no route)", Registry(()), set())


def test_an_entry_belongs_where_the_others_of_its_route_are() -> None:
    """In file and guide; without others among what all routes share."""
    found = [
        (file_of(route, CONTRACT.registry), section_of(route, CONTRACT.registry))
        for route in ("task.get", "x")
    ]
    assert found == [("tasks.toml", "tasks"), ("all_routes.toml", "all")]


def test_what_toml_cannot_say_is_told() -> None:
    """It has no null."""
    draft = EntryDraft(Kind.TRANSFORM, "x", "t", {"with": {"value": {"a": None}}}, (1, 2), (1, 1))
    with pytest.raises(Unfit, match="cannot be written as TOML"):
        entry_toml(draft, "task.get", CONTRACT.registry, set())
