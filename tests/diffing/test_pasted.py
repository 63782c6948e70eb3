"""Texts that PHP pastes into JSON unescaped."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Comparison, Observation, Outcome
from diffing.registry import Registry
from proxy.serve.adapt import adapt
from tests.functional.conformance import CONFIG
from tests.functional.selection import without_one

ROUTES = load_routes(CONFIG)
REGISTRY = load_registry(CONFIG)
PROBLEMS = load_problems(CONFIG)
JSON = (("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*"))
ASKED = Asked(next(route for route in ROUTES if route.name == "flow.list"), "GET")
ID = "list-text-as-pasted"
ROW = {
    "id": 3,
    "full_name": "a(1)",
    "name": "a",
    "version": 1,
    "uploader": 2,
}


def legacy_list(pasted: str) -> Observation:
    """A list of flows into which PHP pasted a version."""
    row = json.dumps(ROW)[:-1] + f', "external_version": "{pasted}"}}'
    return Observation(200, JSON, f'{{"flows":{{"flow":[{row}]}}}}'.encode())


def compared(pasted: str, text: object, registry: Registry = REGISTRY) -> Comparison:
    """Such a list, and that of the new side."""
    headers = (*JSON, ("Access-Control-Allow-Headers", "Accept"))
    new = Observation(200, headers, json.dumps([{**ROW, "external_version": text}]).encode())
    return Differ(registry, PROBLEMS).compare(ASKED, legacy_list(pasted), new)


@pytest.mark.parametrize(
    "text", [r"C:\temp\new", r"\u00e9", r"x\"y", r"\ud83d", r"a\\b", r"\/", r"\\\"", "\\n", r"\\n", r"\u005c"]
)
def test_the_pasted_text_is_demanded(text: str) -> None:
    """The one with its backslashes, and no other; what a reader of JSON makes of it is none."""
    found = compared(text, text)
    assert (found.outcome, ID in found.deviations) == (Outcome.EXPLAINED, True)
    assert compared(text, text, without_one(ID)).outcome is Outcome.MISMATCH
    assert compared(text, json.loads(f'"{text}"')).outcome is Outcome.MISMATCH
    assert compared(text, text + "\\").outcome is Outcome.MISMATCH


def test_what_has_no_backslash_is_no_defect() -> None:
    """Then both are the same."""
    assert ID not in compared("1.0", "1.0").deviations


def test_clients_of_the_new_paths_get_the_pasted_text() -> None:
    """Adapted, it is the stored one."""
    [row] = json.loads(adapt(ASKED, legacy_list(r"C:\temp\new"), REGISTRY, PROBLEMS).body)
    assert row["external_version"] == r"C:\temp\new"


XML = (("Content-Type", "text/xml"), *JSON[1:])
NEW = (*JSON, ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"))
IN_XML = replace(ASKED, format="xml")


def xml_list(text: str) -> Observation:
    """The XML form of such a list."""
    row = "".join(
        f"<oml:{key}>{value}</oml:{key}>" for key, value in {**ROW, "external_version": text}.items()
    )
    body = f'<oml:flows xmlns:oml="http://openml.org/openml"><oml:flow>{row}</oml:flow></oml:flows>'
    return Observation(200, XML, body.encode())


def new_list(text: str) -> Observation:
    """That of the new side."""
    return Observation(200, NEW, json.dumps([{**ROW, "external_version": text}]).encode())


@pytest.mark.parametrize(
    ("text", "other", "entry"),
    [
        (" a\r\nb  ", "a b", "xml-list-printed"),
        ("a &lt; b", "a &gt; b", "xml-list-pasted"),
        ("a <b>c</b>", "a <i>c</i>", "xml-list-pasted"),
    ],
)
def test_xml_has_texts_as_its_reader_shows_them(text: str, other: str, entry: str) -> None:
    """Of what was pasted; another text is a difference, and so is this one in the JSON form, or without the entry."""
    differ = Differ(REGISTRY, PROBLEMS)
    found = differ.compare(IN_XML, xml_list(text), new_list(text))
    assert (found.outcome, entry in found.deviations) == (Outcome.EXPLAINED, True)
    assert differ.compare(IN_XML, xml_list(text), new_list(other)).outcome is Outcome.MISMATCH
    without = Differ(without_one(entry), PROBLEMS)
    if entry == "xml-list-pasted":
        assert without.compare(IN_XML, xml_list(text), new_list(text)).outcome is Outcome.MISMATCH
    assert compared("a b", " a b").outcome is Outcome.MISMATCH


def test_xml_that_a_text_breaks_is_a_defect() -> None:
    """A documented one, where the new side shows such a text."""
    differ = Differ(REGISTRY, PROBLEMS)
    found = differ.compare(IN_XML, xml_list("a & b"), new_list("a & b"))
    assert (found.outcome, found.deviations[0]) == (Outcome.LEGACY_ERROR, "xml-list-unescaped")
    assert differ.compare(IN_XML, xml_list("a & b"), new_list("a & c")).outcome is Outcome.MISMATCH
    assert differ.compare(IN_XML, xml_list("a & b"), new_list("ab")).outcome is not Outcome.EXPLAINED


USERS = Asked(next(route for route in ROUTES if route.name == "user.list"), "GET")


def test_markup_in_a_text_is_an_object_of_php() -> None:
    """Of just this text."""
    shown = {"users": {"user": {"id": "1", "username": {"b": "x", "value": "n"}}}}
    legacy = Observation(200, JSON, json.dumps(shown).encode())

    def outcome(name: str, registry: Registry = REGISTRY) -> Outcome | None:
        new = Observation(200, NEW, json.dumps([{"id": 1, "username": name}]).encode())
        return Differ(registry, PROBLEMS).compare(USERS, legacy, new).outcome

    assert outcome("n<b>x</b>") is Outcome.EXPLAINED
    assert outcome("n<i>x</i>") is Outcome.MISMATCH
    assert outcome("n<b>x</b>", without_one("text-pasted")) is Outcome.MISMATCH
