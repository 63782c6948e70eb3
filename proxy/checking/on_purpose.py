"""Whether what a step changed beside what PHP changed is what an entry of the registry says (its `effect`)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from proxy.checking.effects import RowDifference
from proxy.checking.file_states import FileDifference

FURTHER = "+"
"""Before a table: rows that PHP does not have may be there, and none be gone or another."""
GONE = "-"
"""Before a table: rows that PHP has may be gone, and none be there or another."""


def is_on_purpose(
    effect: Collection[str], rows: Iterable[RowDifference], files: Collection[FileDifference]
) -> bool:
    """Whether an entry's `effect` covers all differences.

    Args:
        effect: `table`: any of its rows; `table.column`: this column of rows that PHP changed, too; `+table`: further
            rows; `-table`: rows that are gone; `files`: any file.
        rows: The rows that are not as PHP left them.
        files: The files that are not.
    """
    if files and "files" not in effect:
        return False
    by_table: dict[str, list[RowDifference]] = {}
    for row in rows:
        by_table.setdefault(row.table.partition(".")[2], []).append(row)
    return all(_covers(effect, table, found) for table, found in by_table.items())


def _covers(effect: Collection[str], table: str, rows: Iterable[RowDifference]) -> bool:
    if table in effect:
        return True
    columns = {name.partition(".")[2] for name in effect if name.startswith(f"{table}.")}
    gone, further = Counter[tuple[tuple[str, str], ...]](), Counter[tuple[tuple[str, str], ...]]()
    for one in rows:
        (further if one.what == "extra" else gone)[_without(one.row, columns)] += 1
    if not columns and gone and further:
        return False
    return (gone <= further or f"{GONE}{table}" in effect) and (
        further <= gone or f"{FURTHER}{table}" in effect
    )


def _without(row: Mapping[str, Any], columns: Collection[str]) -> tuple[tuple[str, str], ...]:
    """What of a row must be as PHP has it."""
    return tuple((name, repr(value)) for name, value in row.items() if name not in columns)
