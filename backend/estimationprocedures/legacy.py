"""PHP's documents of estimation procedures (legacy notes, task 6)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element


def procedures(rows: Iterable[AnyRow]) -> Element:
    """All estimation procedures."""
    return element("estimationprocedures", (procedure(row) for row in rows))


def procedure(row: AnyRow) -> Element:
    """One estimation procedure; what it does not have is left out."""
    return element(
        "estimationprocedure",
        element("id", row.id),
        element("ttid", row.ttid),
        element("name", row.name),
        element("type", row.type),
        (
            element(name, value)
            for name in ("repeats", "folds", "percentage", "stratified_sampling")
            if (value := getattr(row, name)) is not None
        ),
    )
