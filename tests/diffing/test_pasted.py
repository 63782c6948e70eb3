"""Texts that PHP pastes into JSON unescaped."""

from __future__ import annotations

import json

import pytest

from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Comparison, Observation, Outcome
from diffing.registry import Registry
from proxy.adapt import adapt
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
