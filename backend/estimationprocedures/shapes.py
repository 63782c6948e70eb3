"""Documents of estimation procedures (new-API contract, section C)."""

from collections.abc import Iterable
from typing import NotRequired

from typing_extensions import TypedDict

from backend.database.results import AnyRow
from config.php.text import trimmed_or_empty


class Procedure(TypedDict):
    """An estimation procedure, in the list and alone; what it does not have is left out."""

    id: int
    task_type_id: int
    name: str
    type: str
    repeats: NotRequired[int]
    folds: NotRequired[int]
    percentage: NotRequired[int]
    stratified_sampling: NotRequired[bool]


def procedures(rows: Iterable[AnyRow]) -> list[Procedure]:
    """All estimation procedures. ``rows``: of the table ``estimation_procedure``. Returns the document of the list."""
    return [procedure(row) for row in rows]


def procedure(row: AnyRow) -> Procedure:
    """One estimation procedure (legacy notes, task 6). ``row``: of the table ``estimation_procedure``. Returns the
    document; ``samples``, ``custom_testset`` and ``date`` are never shown.
    """
    document: Procedure = {
        "id": row.id,
        "task_type_id": row.ttid,
        "name": trimmed_or_empty(row.name),
        "type": trimmed_or_empty(row.type),
    }
    if row.repeats is not None:
        document["repeats"] = row.repeats
    if row.folds is not None:
        document["folds"] = row.folds
    if row.percentage is not None:
        document["percentage"] = row.percentage
    if row.stratified_sampling is not None:
        document["stratified_sampling"] = row.stratified_sampling == "true"
    return document
