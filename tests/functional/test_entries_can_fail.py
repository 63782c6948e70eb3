"""No entry and no rule that cannot fail: on a recorded exchange that it explains, each kind of damage comes out.

Another status, another value in what it covers, a premise or condition that does not hold: each must be a failure. And
without the entry or rule, the exchange must be one. What no recording shows is shown by scenarios (test_unrecorded.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import pytest

from config.problems import load_problems
from config.routes import gives_files, load_routes
from diffing.compare import Differ
from diffing.decode import decode
from diffing.deviations import load_registry
from diffing.model import Observation
from diffing.parity import FAILING, GOOD
from diffing.registry import Deviation, Kind
from diffing.rules.book import RULES
from tests.functional.conformance import CONFIG
from tests.functional.entry_damage import (
    brought_back,
    covered,
    is_about_documents,
    other_conditions,
    other_premises,
    other_status,
    other_values,
)
from tests.functional.entry_examples import made
from tests.functional.selection import Selected, by_id, judged, stored, verdict, without_one
from tests.functional.unrecorded import listed

REGISTRY: Final = load_registry(CONFIG)
PROBLEMS: Final = load_problems(CONFIG)
ROUTES: Final = load_routes(CONFIG)
DIFFER: Final = Differ(REGISTRY, PROBLEMS)
SELECTED: Final = by_id(stored())
RULES_IDS: Final = tuple(rule.id for rule in RULES)
NAMES: Final = (*REGISTRY.by_id, *RULES_IDS)
RECORDED: Final = tuple(name for name in NAMES if name in SELECTED)
SCENARIOS: Final = frozenset(one.entry for one in listed())
MOST: Final = 60
"""So many places of one answer are damaged."""

BACKED: Final[Mapping[str, str]] = {
    "xsd-own-text": "tests/diffing/test_static_documents.py",
    "xml-example-own-text": "tests/diffing/test_static_documents.py",
    "arff-example-own-text": "tests/diffing/test_static_documents.py",
    "list-text-as-pasted": "tests/diffing/test_pasted.py",
    "list-without-uploader": "tests/diffing/test_repair.py",
    "name-unescaped": "tests/diffing/test_repair.py",
    "text-pasted": "tests/diffing/test_pasted.py",
    "xml-list-pasted": "tests/diffing/test_pasted.py",
    "xml-list-printed": "tests/diffing/test_pasted.py",
    "rehearsed-id": "tests/functional/test_rehearsals.py",
    "rehearsed-run-id": "tests/functional/test_rehearsals.py",
    "rehearsed-study-id": "tests/functional/test_rehearsals.py",
    "rehearsed-reason-id": "tests/functional/test_rehearsals.py",
    "rule-no-effect": "tests/proxy/checking/test_effect_tally.py",
}
"""What neither a recording nor a scenario can show as an exchange, and the test that holds it."""


def fails(mutants: Iterator[Selected]) -> bool:
    """Whether some of the mutants is a failure."""
    return any(verdict(DIFFER, one) in FAILING for one in islice(mutants, MOST))


def test_what_is_stored_is_right() -> None:
    """As the recordings are."""
    found = {one.recording: verdict(DIFFER, one) for ones in SELECTED.values() for one in ones}
    assert {name: said for name, said in found.items() if said not in GOOD} == {}


@pytest.mark.parametrize("name", RECORDED)
def test_another_status_is_found(name: str) -> None:
    """In each exchange."""
    assert [
        one.recording for one in SELECTED[name] if verdict(DIFFER, other_status(one)) not in FAILING
    ] == []


@pytest.mark.parametrize("name", RECORDED)
def test_another_value_is_found(name: str) -> None:
    """In what the entry covers; of an error in the problem document."""
    entry = REGISTRY.by_id.get(name)

    def mutants() -> Iterator[Selected]:
        for one in SELECTED[name]:
            if entry is not None and is_about_documents(entry):
                yield from islice(other_values(one, covered(entry, decode(one.new).document)), 20)
                yield from islice(brought_back(one, entry), 2)
            else:
                yield from islice(other_values(one), 20)

    assert fails(mutants())


CONDITIONAL: Final = tuple(
    entry
    for entry in REGISTRY.deviations
    if entry.id in SELECTED
    and (
        entry.premise is not None
        or entry.canonical == "rows_for_administrators"
        or entry.when != type(entry.when)()
    )
)


@pytest.mark.parametrize("entry", CONDITIONAL, ids=lambda entry: entry.id)
def test_a_premise_or_condition_that_does_not_hold_is_found(entry: Deviation) -> None:
    """What it would have explained is a failure then."""

    def mutants() -> Iterator[Selected]:
        for one in SELECTED[entry.id]:
            if entry.premise is not None or entry.canonical == "rows_for_administrators":
                yield from other_premises(one, entry)
            else:
                yield from other_conditions(one, entry)

    assert any(verdict(DIFFER, one) in FAILING for one in mutants())


@pytest.mark.parametrize("name", RECORDED)
def test_without_it_its_exchange_is_not_right(name: str) -> None:
    """Else it would be superfluous; of a transform that others make up for here, an example shows it."""
    registry = without_one(name)
    without = Differ(registry, PROBLEMS)
    if any(verdict(without, one) not in GOOD for one in SELECTED[name]):
        return
    entry = REGISTRY.by_id[name]
    assert entry.kind is Kind.TRANSFORM
    assert made(entry, REGISTRY, ROUTES) != made(entry, registry, ROUTES)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_no_entry_and_no_rule_excuses_an_outage(status: int) -> None:
    """PHP, which dies with 500, is not there at all: each exchange is undocumented, whatever the new side answered."""
    away = Observation(status, (("Content-Type", "text/html"),), b"")
    assert {
        one.recording: said
        for one in stored()
        if (said := verdict(DIFFER, replace(one, legacy=away))) in GOOD
    } == {}


_HTML: Final = (("Content-Type", "text/html; charset=UTF-8"),)
_JSON: Final = (("Content-Type", "application/json"),)
OTHERWISE: Final = (
    Observation(200, _HTML, b"<html>We are moving.</html>"),
    Observation(200, _JSON, b'{"maintenance": true}'),
    Observation(200, _JSON, b'{"data": '),
    Observation(412, _JSON, b'{"error": {"code": "107", "message": "Database connection error."}}'),
    Observation(412, _JSON, b"{}"),
    Observation(429, _HTML, b"<html>Slow down.</html>"),
    Observation(500, _HTML, b"<html>Fatal error</html>"),
)
"""What PHP answers when something is wrong with it that has nothing to do with the request."""


def _is_refusal(name: str, one: Selected) -> bool:
    """Whether it was right because the new side refused what PHP answered."""
    entries = [entry for entry in REGISTRY.of_route(one.asked.route_name) if entry.id == name]
    return any(entry.kind is Kind.REFUSAL for entry in entries)


@pytest.mark.parametrize("name", RECORDED)
def test_no_refusal_excuses_what_has_nothing_to_do_with_it(name: str) -> None:
    """Whatever the new side refuses; of a file any content is a success, and HEAD has none."""
    refused = [one for one in SELECTED[name] if _is_refusal(name, one) and one.asked.method != "HEAD"]
    whole = [one for one in refused if not gives_files(one.asked.route)]
    mutants = [replace(one, legacy=legacy) for one in whole for legacy in OTHERWISE]
    found = {(one.recording, one.legacy.status, one.legacy.body): verdict(DIFFER, one) for one in mutants}
    assert {key: said for key, said in found.items() if said in GOOD} == {}


DEAD: Final = Observation(500, _HTML, b"")
DEADLY: Final[Mapping[str, str]] = {
    "rule-id": "dies of some decimals only where a row has the number: it tells nobody which ones those are",
    "dataset-descriptions-private": "what of a private description breaks PHP, the new side does not show",
    "dataset-descriptions-markup": "reads markup that is well formed, and dies of any other",
    "score-per-day": "has the extension for calendars where it was recorded, and none in production",
}
"""Entries of which PHP may have answered what they say it dies of, and why: PHP ..."""


def test_no_entry_excuses_a_death_where_php_answered() -> None:
    """A request that PHP answers does not break it: had it died, something else would be wrong with it."""
    answered = [one for one in stored() if one.legacy.status not in (None, DEAD.status)]
    found = {one.recording: judged(DIFFER, replace(one, legacy=DEAD)) for one in answered}
    excused = {name: one.deviations[0] for name, one in found.items() if one.verdict in GOOD}
    assert {name: entry for name, entry in excused.items() if entry not in DEADLY} == {}


def test_none_is_left() -> None:
    """Each entry and rule is recorded, has a scenario, or is backed by a test that is there; one of these."""
    shown = Counter([*RECORDED, *SCENARIOS, *BACKED])
    assert {name: shown[name] for name in {*NAMES, *shown} if shown[name] != 1 or name not in NAMES} == {}
    assert [file for file in BACKED.values() if not Path(file).is_file()] == []
