"""Judging what steps changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from diffing.deviations import load_entries
from diffing.model import Comparison, Observation, Outcome
from diffing.registry import Registry
from proxy.checking.effect_tally import Effects, StepEffect, step_effect
from proxy.checking.effects import Columns, ScenarioWindow
from proxy.message.translation import Untranslatable
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.scenarios import FileChange, RowChange, Step
from tests.proxy.exchanges import replayed_exchange

TABLE = "openml_expdb.tag"
COLUMNS = {TABLE: Columns(("id", "tag"))}
START = datetime.fromisoformat("2026-01-01T00:00:00")
BEFORE: Mapping[str, Any] = {TABLE: ((1, "a"),)}
AFTER: Mapping[str, Any] = {TABLE: ((1, "a"), (2, "b"))}
RECORDING = Recording(
    "s.1",
    "data/tag",
    "admin",
    RecordedRequest("POST", "https://openml.test", b"/api/v1/json/data/tag?api_key=secret"),
    Observation(200, (), b""),
    scenario="s",
    raw=MappingProxyType({}),
)
INSERT = RowChange(TABLE, "insert", {"id": 2, "tag": "b"}, {})
ENTRY = """
[[deviation]]
id = "{id}"
kind = "refusal"
title = "t"
routes = ["x.y"]
legacy = {{ status = 200 }}
new = {{ status = 403, type = "forbidden" }}
effect = {effect}
why = "w"
guide = "g"
[[deviation.example]]
legacy = {{ status = 200 }}
new = {{ status = 403 }}
[[deviation.near_miss]]
legacy = {{ status = 200 }}
new = {{ status = 200 }}
"""


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Two entries that say where something else changes."""
    folder = tmp_path / "deviations"
    folder.mkdir()
    entries = {"elsewhere": '["tag", "files"]', "somewhere": '["other"]'}
    text = "".join(ENTRY.format(id=name, effect=effect) for name, effect in entries.items())
    (folder / "x.toml").write_text(text)
    return Registry(load_entries(tmp_path))


def effect(
    *changes: RowChange, before: Mapping[str, Any] = BEFORE, after: Mapping[str, Any] = BEFORE
) -> StepEffect:
    """The effect of a step that left these rows."""
    step = Step(RECORDING, changes, (), START, START)
    changed = {name: rows for name, rows in before.items() if after[name] != rows}
    return step_effect(step, COLUMNS, ScenarioWindow(START, START), (changed, after), ({}, {}))


def judged(
    found: StepEffect, registry: Registry, *deviations: str, status: int = 200, legacy: int = 200
) -> Effects:
    """Judge one step."""
    effects = Effects(1)
    comparison = Comparison(Outcome.EXPLAINED, deviations=deviations)
    recording = replace(RECORDING, response=Observation(legacy, (), b""))
    exchange = replayed_exchange(
        recording, Untranslatable("-"), None, Observation(status, (), b""), comparison
    )
    effects.judge(exchange, found, registry)
    return effects


def test_the_recorded_change_is_equal(registry: Registry) -> None:
    """Nothing to tell."""
    effects = judged(effect(INSERT, after=AFTER), registry)
    assert (effects.compared, effects.equal, effects.breaches()) == (1, 1, [])


def test_a_change_that_is_missing_is_a_difference(registry: Registry) -> None:
    """The row is told, without the caller's key."""
    effects = judged(effect(INSERT), registry)
    document = effects.document()["different"][0]
    assert document["rows"] == [{"table": TABLE, "what": "missing", "row": {"id": 2, "tag": "b"}}]
    assert "secret" not in str(document)
    assert effects.breaches() == ["1 effects differ, in 1 rows"]


def test_a_change_that_is_too_much_is_a_difference(registry: Registry) -> None:
    """Also where legacy changed nothing."""
    [difference] = judged(effect(after=AFTER), registry).different
    assert [row.what for row in difference.rows] == ["extra"]


def test_a_file_that_is_missing_is_a_difference(registry: Registry) -> None:
    """Size and md5 count."""
    step = Step(RECORDING, (), (FileChange("a", "insert", 1, "m"),), START, START)
    found = step_effect(step, COLUMNS, ScenarioWindow(START, START), ({}, BEFORE), ({}, {}))
    [difference] = judged(found, registry).document()["different"]
    assert difference["files"] == [{"path": "a", "legacy": (1, "m"), "new": None}]


def test_an_error_that_changes_nothing_is_counted(registry: Registry) -> None:
    """Where legacy changed something and then answered an error: by rule, whatever the entry."""
    effects = judged(effect(INSERT), registry, status=403)
    assert (effects.realigned, effects.different) == ({"rule-no-effect": 1}, [])


def test_a_success_that_changes_nothing_is_a_difference(registry: Registry) -> None:
    """No entry says that it may."""
    [difference] = judged(effect(INSERT), registry).different
    assert [row.what for row in difference.rows] == ["missing"]


def test_an_entry_explains_the_tables_that_it_names(registry: Registry) -> None:
    """And no others."""
    found = judged(effect(INSERT), registry, "elsewhere")
    assert found.realigned == {"elsewhere": 1}
    [told] = found.document()["on_purpose"]
    assert (told["why"], [one["what"] for one in told["rows"]]) == ("elsewhere", ["missing"])
    [difference] = judged(effect(INSERT), registry, "somewhere").different
    assert difference.why == "somewhere does not explain it"


def test_where_php_died_more_is_stored_and_nothing_less(tmp_path: Path) -> None:
    """An entry that says so explains further rows; no rows at all, or rows that are gone, are a difference."""
    (tmp_path / "deviations").mkdir()
    text = ENTRY.format(id="died", effect='["tag"]').replace('"refusal"', '"legacy_defect"')
    text = text.replace("{ status = 200 }", '{ defect = "empty_500" }', 1)
    text = text.replace('new = { status = 403, type = "forbidden" }', "expect = { status = 200 }", 1)
    (tmp_path / "deviations" / "x.toml").write_text(text)
    registry = Registry(load_entries(tmp_path))
    assert judged(effect(after=AFTER), registry, "died").realigned == {"died": 1}
    [nothing] = judged(effect(), registry, "died").different
    assert nothing.why == "died says that more is stored than PHP stored, and nothing is"
    [gone] = judged(effect(before=AFTER), registry, "died").different
    assert gone.why == "died explains further rows, not rows that are gone"
    (tmp_path / "deviations" / "x.toml").write_text(text.replace('["tag"]', '["-tag"]'))
    registry = Registry(load_entries(tmp_path))
    assert judged(effect(before=AFTER), registry, "died").realigned == {"died": 1}
    [more] = judged(effect(after=AFTER), registry, "died").different
    assert more.why == "died does not explain it"


def test_where_php_stored_something_else_other_rows_are_explained(tmp_path: Path) -> None:
    """An entry for answers that PHP gave may name tables whose rows differ; after an error only further rows."""
    (tmp_path / "deviations").mkdir()
    text = ENTRY.format(id="other", effect='["tag"]').replace('"refusal"', '"accepts"')
    text = text.replace(
        'new = { status = 403, type = "forbidden" }', 'new = { status = 200 }\nderive = "schema"'
    )
    text = text.replace("new = { status = 403 }", "new = { status = 200 }")
    text = text.replace(
        "[[deviation.near_miss]]\nlegacy = { status = 200 }",
        "[[deviation.near_miss]]\nlegacy = { status = 201 }",
    )
    (tmp_path / "deviations" / "x.toml").write_text(text)
    registry = Registry(load_entries(tmp_path))
    found = effect(INSERT, after={TABLE: ((1, "a"), (2, "c"))})
    assert judged(found, registry, "other").realigned == {"other": 1}
    [less] = judged(found, registry, "other", legacy=412).different
    assert less.why == "other explains further rows, not rows that are gone"


def test_an_error_changes_nothing(registry: Registry) -> None:
    """Even where legacy's error changed the same."""
    [difference] = judged(effect(INSERT, after=AFTER), registry, status=412).different
    assert difference.why == "an error changed something"


def test_too_many_steps_may_not_differ_on_purpose(registry: Registry) -> None:
    """One in twenty, where there are many."""
    found = judged(effect(INSERT), registry, "elsewhere")
    assert (found.steps, found.breaches()) == (1, [])
    found.steps, found.realigned["elsewhere"] = 500, 25
    assert found.breaches() == []
    found.realigned["elsewhere"] = 26
    assert found.breaches() == ["26 of 500 steps change something else on purpose, more than 5%"]
