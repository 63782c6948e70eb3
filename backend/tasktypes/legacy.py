"""PHP's documents of task types (legacy notes, task 2)."""

from collections.abc import Iterable, Sequence

from backend.database.results import AnyRow
from backend.legacy.tree import Element, each, element, optional, record
from backend.tasktypes.constraints import data_type
from config.php.text import csv_record


def task_types(rows: Iterable[AnyRow]) -> Element:
    """All task types; who made one is the column's text."""
    return element("task_types", (_listed(row) for row in rows))


def _listed(row: AnyRow) -> Element:
    return record("task_type", id=row.ttid, name=row.name, description=row.description, creator=row.creator)


def task_type(row: AnyRow, inputs: Sequence[AnyRow]) -> Element:
    """One task type with its inputs."""
    return element(
        "task_type",
        element("id", row.ttid),
        element("name", row.name),
        element("description", row.description),
        each("creator", csv_record(row.creator)),
        each("contributor", csv_record(row.contributors)),
        element("creation_date", row.creationDate),
        (_input(declared) for declared in inputs),
    )


def _input(row: AnyRow) -> Element:
    return element(
        "input",
        element("requirement", row.requirement) if row.requirement == "required" else None,
        optional("data_type", data_type(row.api_constraints)),
        name=row.name,
    )
