"""What the steps of scenarios changed: compared with what PHP changed, and counted.

An error changes nothing (new-API contract, decision 10). Where the effect of a success differs on purpose, the registry
entry that explains the answer says what may differ (`proxy.checking.on_purpose`).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from diffing.parity import FAILING
from diffing.registry import Deviation, Kind, Registry
from diffing.rules.effect import RULE as NO_EFFECT
from proxy.checking.effects import Columns, RowDifference, ScenarioWindow, State, expected, row_differences
from proxy.checking.file_states import FileDifference, Files, expected_files, file_differences
from proxy.checking.on_purpose import GONE, is_on_purpose
from proxy.checking.replay import ReplayedExchange
from proxy.message.redact import redacted_target
from proxy.recordings.scenarios import Step

MOST_REALIGNED: Final = 0.05
"""Part of all steps that may change something else than PHP on purpose."""
_MANY: Final = 500
"""From so many steps on: a few scenarios may be those of an entry."""

EQUAL: Final = "equal"
DIFFERENT: Final = "different"
ROWS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class EffectDifference:
    """A step that changed something else than recorded.

    Args:
        rows: Rows that are not as recorded.
        files: Files that are not as recorded.
        why: What is wrong beside that, or which entry explains it or does not.
    """

    exchange: ReplayedExchange
    rows: tuple[RowDifference, ...]
    files: tuple[FileDifference, ...]
    why: str | None = None

    def document(self) -> dict[str, Any]:
        """For the JSON of a check."""
        recording, new = self.exchange.recording, self.exchange.new
        target = redacted_target(recording.request.target, f"[{recording.caller}]")
        return {
            "recording": recording.id,
            "route": self.exchange.route,
            "request": f"{recording.request.method} {target}",
            "legacy_status": recording.response.status,
            "new_status": None if new is None else new.status,
            "why": self.why,
            "differing_rows": len(self.rows),
            "rows": [row.document() for row in self.rows[:ROWS_SHOWN]],
            "files": [file.document() for file in self.files[:ROWS_SHOWN]],
        }


@dataclass(frozen=True, slots=True)
class StepEffect:
    """What one step changed, beside what it should have.

    Args:
        wanted: The rows that there should be after it, of all tables that were or should be changed.
        wanted_files: The files that there should be after it.
        rows: Rows that are not as they should be.
        files: Files that are not as they should be.
        changed: Whether anything changed at all.
    """

    wanted: State
    wanted_files: Files
    rows: tuple[RowDifference, ...]
    files: tuple[FileDifference, ...]
    changed: bool

    @property
    def differs(self) -> bool:
        """Whether it changed something else than recorded."""
        return bool(self.rows or self.files)


@dataclass(slots=True)
class Effects:
    """What came of comparing what steps changed; compared = equal + different + realigned.

    Args:
        compared: Steps that the new side was asked for.
        equal: Those that changed what PHP changed.
        different: Those that did not.
        realigned: Those that did not on purpose, by registry entry.
        on_purpose: What these changed otherwise, but for errors, which change nothing.
        judged: What came of each step, by the id of its recording: `equal`, `different`, or the registry entry.
    """

    steps: int
    compared: int = 0
    equal: int = 0
    different: list[EffectDifference] = field(default_factory=list)
    realigned: Counter[str] = field(default_factory=Counter)
    on_purpose: list[EffectDifference] = field(default_factory=list)
    judged: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The JSON of a check's ``effects``."""
        return {
            "compared": self.compared,
            "equal": self.equal,
            "different": [difference.document() for difference in self.different],
            "realigned": dict(sorted(self.realigned.items())),
            "on_purpose": [difference.document() for difference in self.on_purpose],
        }

    def judge(self, exchange: ReplayedExchange, effect: StepEffect, registry: Registry) -> None:
        """Count one step.

        Args:
            exchange: Its answers, compared.
            effect: What it changed.
            registry: Says which effects differ on purpose.
        """
        self.compared += 1
        found, why = _judged(exchange, effect, registry)
        self.judged[exchange.recording.id] = found
        if found == EQUAL:
            self.equal += 1
        elif found == DIFFERENT:
            self.different.append(EffectDifference(exchange, effect.rows, effect.files, why))
        else:
            self.realigned[found] += 1
            if found != NO_EFFECT.id:
                self.on_purpose.append(EffectDifference(exchange, effect.rows, effect.files, found))

    def breaches(self) -> list[str]:
        """Why the effects are no parity."""
        found = []
        if self.different:
            rows = sum(len(difference.rows) for difference in self.different)
            found.append(f"{len(self.different)} effects differ, in {rows} rows")
        if self.steps >= _MANY and self.realigned.total() > MOST_REALIGNED * self.steps:
            found.append(
                f"{self.realigned.total()} of {self.steps} steps change something else on purpose, "
                f"more than {MOST_REALIGNED:.0%}"
            )
        return found


def _judged(exchange: ReplayedExchange, effect: StepEffect, registry: Registry) -> tuple[str, str | None]:
    """`equal`, `different`, or the rule or entry that says why it may differ; and what is wrong."""
    refused = exchange.new is not None and (exchange.new.status or 0) >= 400
    if refused and effect.changed:
        return DIFFERENT, "an error changed something"
    explaining = [registry.by_id[name] for name in exchange.comparison.deviations if name in registry.by_id]
    refused_by_php = (exchange.recording.response.status or 0) >= 400
    more = [entry for entry in explaining if entry.effect and _stores_more(entry, refused_by_php)]
    if more and not effect.differs:
        return DIFFERENT, f"{more[0].id} says that more is stored than PHP stored, and nothing is"
    if more and any(row.what != "extra" and not _may_go(row, more[0]) for row in effect.rows):
        return DIFFERENT, f"{more[0].id} explains further rows, not rows that are gone"
    if not effect.differs:
        return EQUAL, None
    if refused and exchange.comparison.verdict not in FAILING:
        return NO_EFFECT.id, None
    why = None
    for entry in explaining:
        if entry.effect is not None:
            if is_on_purpose(entry.effect, effect.rows, effect.files):
                return entry.id, None
            why = f"{entry.id} does not explain it"
    return DIFFERENT, why


def _may_go(row: RowDifference, entry: Deviation) -> bool:
    return f"{GONE}{row.table.partition('.')[2]}" in (entry.effect or ())


def _stores_more(entry: Deviation, refused_by_php: bool) -> bool:
    """Whether PHP died or refused: the new side stores what was sent, nothing less than PHP, and not nothing."""
    return entry.kind is Kind.LEGACY_DEFECT or (entry.kind is Kind.ACCEPTS and refused_by_php)


def step_effect(
    step: Step,
    columns: Mapping[str, Columns],
    window: ScenarioWindow,
    rows: tuple[State, State],
    files: tuple[Files, Files],
) -> StepEffect:
    """Compare what a step changed with the recording. Returns the comparison.

    Args:
        columns: Of all tables.
        window: The time of the scenario up to the step.
        rows: The rows before the step of the tables that it changed, and all rows after it.
        files: The files before and after it.
    """
    changed, present = rows
    touched = changed.keys() | {change.table for change in step.changes if change.table in present}
    before = {name: changed.get(name, present[name]) for name in touched}
    actual = {name: present[name] for name in touched}
    recorded = expected(before, step.changes, columns, window)
    wanted = before | recorded.rows
    wanted_files = expected_files(files[0], step.file_changes)
    return StepEffect(
        wanted,
        wanted_files,
        (*recorded.unknown, *row_differences(wanted, actual, columns, window)),
        tuple(file_differences(wanted_files, files[1])),
        changed=bool(row_differences(before, actual, columns, window)) or files[0] != files[1],
    )
