"""What a step did to rows, beside what the recording says it did: pure.

The rows that there should be are made of the rows before the step and the recorded changes. Times of writing are
one value: which moment of the scenario it was, is not compared (an update of one such time by another is not
recorded either).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from proxy.recordings.scenarios import NOW, RowChange

Row: TypeAlias = tuple[object, ...]
Rows: TypeAlias = tuple[Row, ...]
State: TypeAlias = Mapping[str, Rows]

FORMAT: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table. ``names``: in the order of its rows. ``moments``: positions of those that hold
    moments.
    """

    names: tuple[str, ...]
    moments: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that is not as recorded. ``what``: ``missing`` (the recorded change left it), ``extra`` (it did not),
    ``unknown`` (the row that it changed was not there). ``row``: the row; times of writing as ``<now>``.
    """

    table: str
    what: str
    row: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """For the JSON of a check."""
        return {"table": self.table, "what": self.what, "row": dict(self.row)}


@dataclass(frozen=True, slots=True)
class ScenarioWindow:
    """The time that a scenario takes on its clock: a moment in it is a time of writing. ``start``: its begin. ``end``:
    the present step.
    """

    start: datetime
    end: datetime

    def holds(self, value: object) -> bool:
        """Whether a value is a time of writing."""
        if value == NOW:
            return True
        return isinstance(value, str) and self.start.strftime(FORMAT) <= value <= self.end.strftime(FORMAT)


@dataclass(slots=True)
class Expected:
    """The rows that there should be after a step. ``rows``: by table, of those that change; times of writing are the
    present. ``unknown``: changes whose row was not there.
    """

    rows: dict[str, Rows] = field(default_factory=dict)
    unknown: list[RowDifference] = field(default_factory=list)


def expected(
    before: State, changes: Iterable[RowChange], columns: Mapping[str, Columns], window: ScenarioWindow
) -> Expected:
    """Apply recorded changes to rows. Returns the rows that there should be, of the tables that the changes name.

    Args:
        before: Rows by table before the step.
        changes: What the recorded step did.
        columns: Of the tables.
        window: The time of the scenario up to the step.
    """
    result = Expected()
    working: dict[str, list[Row]] = {}
    now = window.end.strftime(FORMAT)
    for change in changes:
        if change.table not in columns:
            result.unknown.append(RowDifference(change.table, "unknown", change.row or change.before))
            continue
        names = columns[change.table].names
        rows = working.setdefault(change.table, list(before.get(change.table, ())))
        present = {name: now if value == NOW else value for name, value in change.row.items()}
        if change.op == "insert":
            rows.append(tuple(present.get(name) for name in names))
            continue
        at = _find(rows, change.before, columns[change.table], window)
        if at is None:
            result.unknown.append(RowDifference(change.table, "unknown", change.before))
        elif change.op == "delete":
            del rows[at]
        else:
            rows[at] = tuple(present.get(name, value) for name, value in zip(names, rows[at], strict=True))
    result.rows = {table: tuple(rows) for table, rows in working.items()}
    return result


def row_differences(
    wanted: State, actual: State, columns: Mapping[str, Columns], window: ScenarioWindow
) -> list[RowDifference]:
    """Compare rows. Returns the rows that only one of the two has.

    Args:
        wanted: The rows that there should be, by table.
        actual: The rows that are there, of the same tables.
        columns: Of the tables.
        window: The time of the scenario up to the step.
    """
    found: list[RowDifference] = []
    for table in sorted(wanted):
        if wanted[table] == actual[table]:
            continue
        layout = columns[table]
        # Rows that are the same to the second need no second look; where rows repeat, all are counted.
        first, second = set(wanted[table]), set(actual[table])
        distinct = len(first) == len(wanted[table]) and len(second) == len(actual[table])
        right = Counter(
            _written(row, layout, window) for row in wanted[table] if not distinct or row not in second
        )
        there = Counter(
            _written(row, layout, window) for row in actual[table] if not distinct or row not in first
        )
        for what, rows in (("missing", right - there), ("extra", there - right)):
            found.extend(
                RowDifference(table, what, dict(zip(layout.names, row, strict=True)))
                for row in rows.elements()
            )
    return found


def _find(
    rows: Sequence[Row], wanted: Mapping[str, Any], columns: Columns, window: ScenarioWindow
) -> int | None:
    places = [(columns.names.index(name), value) for name, value in wanted.items() if name in columns.names]
    if len(places) != len(wanted):
        return None
    return next(
        (
            index
            for index, row in enumerate(rows)
            if all(
                row[place] == value or (value == NOW and window.holds(row[place])) for place, value in places
            )
        ),
        None,
    )


def _written(row: Row, columns: Columns, window: ScenarioWindow) -> Row:
    if not columns.moments:
        return row
    return tuple(
        NOW if index in columns.moments and window.holds(value) else value for index, value in enumerate(row)
    )
