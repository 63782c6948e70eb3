"""Each entry that no recording shows, on the real backend: its scenario is right, and damage to it is found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

import pytest

from config.problems import load_problems
from config.settings import DatabaseNames
from diffing.compare import Differ
from diffing.conditions import ALWAYS
from diffing.deviations import load_registry
from diffing.parity import FAILING, GOOD
from diffing.registry import Deviation
from proxy.checking.sandbox import SandboxPlace
from tests.functional.conformance import CONFIG
from tests.functional.entry_damage import other_conditions, other_premises, other_status, other_values
from tests.functional.evidence import evidence
from tests.functional.selection import Selected, verdict, without_one
from tests.functional.unrecorded import Played, listed, play
from tests.test_citations import citations, faults

NAMES: Final = DatabaseNames("all_openml", "all_openml_expdb")
SCENARIOS: Final = listed()
ENTRIES: Final = tuple(dict.fromkeys(one.entry for one in SCENARIOS))
REGISTRY: Final = load_registry(CONFIG)
PROBLEMS: Final = load_problems(CONFIG)
DIFFER: Final = Differ(REGISTRY, PROBLEMS)
MOST: Final = 60
"""So many places of one answer are damaged."""


@pytest.fixture(scope="module", name="played", params=["sqlite", "mariadb"])
def _played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Played]:
    """All scenarios, once on each kind of database."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('unrecorded') / 'unrecorded.db'}"
        else:
            url = request.getfixturevalue("mariadb_server")
            patch.setenv("OPENML_DATABASE_NAMES_OPENML", NAMES.openml)
            patch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", NAMES.openml_expdb)
        return asyncio.run(play(SCENARIOS, SandboxPlace(url, CONFIG / "sample")))


@pytest.fixture(scope="module", name="selected")
def _selected(played: list[Played]) -> Mapping[str, list[Selected]]:
    found: dict[str, list[Selected]] = {}
    for one in played:
        found.setdefault(one.entry, []).append(one.selected())
    return found


def test_each_scenario_is_right_by_its_entry(played: list[Played], request: pytest.FixtureRequest) -> None:
    """The verdict, and what explains it."""
    found = {one.name: (one.exchange.comparison.verdict, one.selected().ids) for one in played}
    assert {name: (said, ids) for name, (said, ids) in found.items() if said not in GOOD} == {}
    assert [one.name for one in played if one.entry not in one.selected().ids] == []
    kind = "MariaDB" if "mariadb" in request.node.callspec.id else "SQLite"
    evidence(f"{kind}: {len(found)} scenarios of {len(ENTRIES)} entries that no recording shows, all right")


def test_each_effect_is_that_of_php_or_explained(played: list[Played]) -> None:
    """What the notes say that PHP stores, nothing where the new side refuses, or what the entry says."""
    assert [one.name for one in played if one.effect not in ("equal", "rule-no-effect", one.entry)] == []


def test_what_is_stored_instead_is_right(played: list[Played]) -> None:
    """Where the entry says that the new side stores something else, the scenario says what."""
    assert {one.name: one.wrong for one in played if one.wrong} == {}
    told = {one.entry for one in SCENARIOS if one.instead}
    assert told == {name for name in ENTRIES if REGISTRY.by_id[name].effect is not None}


def test_another_status_is_found(selected: Mapping[str, list[Selected]]) -> None:
    """In each scenario."""
    ones = [one for some in selected.values() for one in some]
    assert [one.recording for one in ones if verdict(DIFFER, other_status(one)) not in FAILING] == []


def _fails(mutants: Iterator[Selected]) -> bool:
    return any(verdict(DIFFER, one) in FAILING for one in islice(mutants, MOST))


def test_another_value_is_found(selected: Mapping[str, list[Selected]]) -> None:
    """In what the new side answers; each scenario has a body."""
    ones = [one for some in selected.values() for one in some]
    assert [one.recording for one in ones if not _fails(other_values(one))] == []


def test_a_premise_that_does_not_hold_is_found(selected: Mapping[str, list[Selected]]) -> None:
    """What the entry would have explained is a failure then."""
    with_premise = [entry for entry in map(REGISTRY.by_id.__getitem__, ENTRIES) if entry.premise is not None]
    assert _undamaged(selected, with_premise, other_premises) == []


def test_a_condition_that_does_not_hold_is_found(selected: Mapping[str, list[Selected]]) -> None:
    """Likewise, of the request or of an answer."""
    conditional = [entry for entry in map(REGISTRY.by_id.__getitem__, ENTRIES) if entry.when != ALWAYS]
    assert _undamaged(selected, conditional, other_conditions) == []


def _undamaged(
    selected: Mapping[str, list[Selected]],
    entries: Iterable[Deviation],
    damage: Callable[[Selected, Deviation], Iterator[Selected]],
) -> list[str]:
    """The entries that explain their scenarios however these are damaged."""
    return [
        entry.id
        for entry in entries
        if not any(
            verdict(DIFFER, other) in FAILING for one in selected[entry.id] for other in damage(one, entry)
        )
    ]


@pytest.mark.parametrize("name", ENTRIES)
def test_without_its_entry_a_scenario_is_not_right(name: str, selected: Mapping[str, list[Selected]]) -> None:
    """Else the entry would be superfluous."""
    without = Differ(without_one(name), PROBLEMS)
    assert [one.recording for one in selected[name] if verdict(without, one) in GOOD] == []


def test_each_scenario_says_where_it_is_from() -> None:
    """Its source names sections that are there."""
    for one in SCENARIOS:
        cited = list(citations(f"({one.source})"))
        assert cited, one.entry
        assert [fault for what, where in cited for fault in faults(what, where)] == [], one.entry
