"""PHP's documents of estimation procedures (legacy notes, task 6)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element, record


def procedures(rows: Iterable[AnyRow]) -> Element:
    """All estimation procedures."""
    return element("estimationprocedures", (procedure(row) for row in rows))


def procedure(row: AnyRow) -> Element:
    """One estimation procedure; what it does not have is left out."""
    optional = {
        "repeats": row.repeats,
        "folds": row.folds,
        "percentage": row.percentage,
        "stratified_sampling": row.stratified_sampling,
    }
    given = {name: value for name, value in optional.items() if value is not None}
    return record("estimationprocedure", id=row.id, ttid=row.ttid, name=row.name, type=row.type, **given)
