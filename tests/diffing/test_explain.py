"""Which deviations nearly explained a difference, in sentences for a person."""

from pathlib import Path

import pytest

from config.routes import Route
from diffing.explain import demanded, explained, undone, unregistered
from diffing.model import Asked, Difference
from tests.diffing.registry import ENTRIES, GET, LIST, registry

FURTHER = """
[[deviation]]
id = "thing-when-{name}"
kind = "transform"
title = "t"
routes = ["thing.*"]
at = "$.{at}"
transform = {transform}
{when}
why = "w"
guide = "things"
[[deviation.example]]
legacy = "A"
new = "a"
[[deviation.near_miss]]
legacy = "A"
new = "A"
"""
XML = 'when = { format = "xml" }'


def entry(name: str, transform: str, at: str = "name", when: str = "") -> str:
    """A further transform of the small registry."""
    return FURTHER.format(name=name, transform=transform, at=at, when=when)


def nearly(
    folder: Path, difference: Difference, document: object, further: str = "", route: Route = GET
) -> tuple[str, ...]:
    """What is said of one difference."""
    entries = registry(folder, ENTRIES + further).of_route(route.name)
    (found,) = explained([difference], Asked(route, "GET"), document, entries)
    return found.nearly


@pytest.mark.parametrize(
    ("difference", "further", "sentence"),
    [
        (Difference("$.id", "value", 1, 2), "", 'thing-id makes 1 of PHP\'s "1"; the new side answers 2.'),
        (Difference("$.id", "type", 1, "1"), "", 'thing-id turns "1" into 1; the new side answers as PHP does.'),
        (
            Difference("$.id", "missing", 1, None),
            "",
            'thing-id makes 1 of PHP\'s "1"; the new side has no such key.',
        ),
        (
            Difference("$.name", "value", "A", "a"),
            entry("xml", '"lower"', when=XML),
            'thing-when-xml would make "a" of it, but does not apply: the client asked for json, not xml.',
        ),
        (
            Difference("$.name", "missing", "A", None),
            entry("xml", '"drop"', when=XML),
            "thing-when-xml would take it away, but does not apply: the client asked for json, not xml.",
        ),
        (
            Difference("$.name", "value", "A", "b"),
            entry("xml", '"lower"', when=XML),
            "thing-when-xml is about this place, but does not apply: the client asked for json, not xml.",
        ),
        (
            Difference("$.name", "value", "A", "b"),
            entry("null", '"null"'),
            'thing-when-null is about this place, and has nothing to change in "A".',
        ),
        (
            Difference("$.note", "type", None, ""),
            entry("null", '"null"', at="note"),
            'thing-when-null makes null of an absent key; the new side answers "".',
        ),
        (
            Difference("$.name", "type", ["A"], "A"),
            entry("list", '"list"') + entry("text", '"unwrap"\nwith = { key = "x" }'),
            'thing-when-list turns "A" into ["A"]; the new side answers as PHP does.',
        ),
        (Difference("$.other", "value", "a", "b"), "", "No entry is about $.other of thing.get."),
        (
            Difference("header.allow", "value", "a", "b"),
            "",
            "No kind of entry is about headers: allow must be the same on both sides.",
        ),
        (
            Difference("status", "status", 200, 418),
            "",
            "No entry lets thing.get answer 418 where PHP answers 200.",
        ),
        (
            Difference("$.rows[3]", "missing", {"a": 1}, None),
            "",
            "No entry adds rows to the answer.rows of thing.get, or takes any away.",
        ),
        (Difference("$", "order", [1], [2]), "", "No entry allows another order of the rows of thing.get."),
    ],
)  # fmt: skip
def test_one_sentence_says_why_not(
    tmp_path: Path, difference: Difference, further: str, sentence: str
) -> None:
    """What nearly applied and what stood in its way; or that nothing is about it."""
    assert nearly(tmp_path, difference, {"thing": {"id": "1", "name": "A"}}, further) == (sentence,)


def test_entries_that_only_share_the_place_are_told_when_none_came_close(tmp_path: Path) -> None:
    """Otherwise they would hide the one that did."""
    further = entry("null", '"null"') + entry("xml", '"lower"', when=XML)
    document = {"thing": {"id": "1", "name": "A"}}
    close = nearly(tmp_path, Difference("$.name", "value", "A", "a"), document, further)
    far = nearly(tmp_path, Difference("$.name", "value", "A", "b"), document, further)
    assert (len(close), len(far)) == (1, 2)


def test_a_rows_place_is_generalised(tmp_path: Path) -> None:
    """`$[id=7].id` is what `$[*].id` is about; what happened to another row is not told of this one."""
    found = nearly(tmp_path, Difference("$[id=7].id", "value", 7, 8), [{"id": "7"}, {"id": "9"}], route=LIST)
    assert found == ('thing-id makes 7 of PHP\'s "7"; the new side answers 8.',)


def test_envelopes_before_a_place_may_have_gone(tmp_path: Path) -> None:
    """The entry changed the value while it was still inside."""
    inner = entry("inner", '"lower"', at="thing.name").replace('"thing.*"', '"thing.list"')
    found = nearly(tmp_path, Difference("$.name", "value", "a", "A"), {"thing": {"name": "A"}}, inner, LIST)
    assert found == ('thing-when-inner turns "A" into "a"; the new side answers as PHP does.',)


def test_a_refusal_of_that_status_says_why_it_is_none(tmp_path: Path) -> None:
    """Legacy answers, the new side refuses."""
    found = nearly(tmp_path, Difference("status", "status", 200, 422), [], route=LIST)
    assert found == ("thing-refused does not apply: parameter limit is absent, and must be like '.*,.*'.",)


def test_an_error_says_what_its_entry_demands(tmp_path: Path) -> None:
    """In each place that is another one."""
    status = registry(tmp_path).by_id["thing-no-results"]
    (found,) = demanded([Difference("$.code", "code", "372", "9")], status, "372")
    assert found.nearly == ("thing-no-results applies, and demands 404 of type no-results with code 372.",)


def test_an_error_without_an_entry_says_so(tmp_path: Path) -> None:
    """The registry is where it has to be documented."""
    entries = registry(tmp_path).of_route("thing.get")
    assert "No entry" in unregistered(Asked(GET, "GET"), 412, "999", "", None, entries)[0]


def test_an_entry_of_the_same_code_says_why_not(tmp_path: Path) -> None:
    """Status 450 is not 412."""
    entries = registry(tmp_path).of_route("thing.list")
    sentences = unregistered(Asked(LIST, "GET", {"limit": "0"}), 450, "372", "", None, entries)
    assert sentences[0] == "thing-limit-zero does not apply: it is about status 412, not 450."


@pytest.mark.parametrize(
    ("difference", "names"),
    [
        (Difference("$.id", "type", 1, "1"), ["thing-id"]),
        (Difference("$.id", "value", 1, 2), []),
        (Difference("$.id", "missing", 1, None), []),
    ],
)
def test_what_the_new_side_undoes_is_found(tmp_path: Path, difference: Difference, names: list[str]) -> None:
    """It answers as PHP does where an entry makes something else of it."""
    entries = registry(tmp_path).of_route(GET.name)
    found = undone([difference], Asked(GET, "GET"), {"thing": {"id": "1"}}, entries)
    assert [name for _, name in found] == names
