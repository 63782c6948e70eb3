"""Documents of studies (new-API contract, section C; legacy notes, flow 4.2 and 4.3)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from backend.moments import Moment, iso
from config.php.text import trimmed, trimmed_or_empty


class ListedStudy(TypedDict):
    """A study in the list."""

    id: int
    alias: str | None
    main_entity_type: str
    benchmark_suite: int | None
    name: str
    status: str
    creation_date: Moment
    creator: int


class Study(ListedStudy):
    """A study as ``GET /studies/{study_id}`` shows it; ids are in ascending order."""

    description: str
    visibility: str
    data_ids: list[int]
    task_ids: list[int]
    flow_ids: list[int]
    setup_ids: list[int]
    run_ids: list[int]


class Created(TypedDict):
    """The id of a new study."""

    study_id: int


class StudyChanged(TypedDict):
    """A study whose members have changed, and how many it shows now."""

    study_id: int
    main_entity_type: str
    linked_entities: int


class StudyStatusUpdated(TypedDict):
    """A study and its new status."""

    id: int
    status: str


class StudyDeleted(TypedDict):
    """The id of a study that was deleted."""

    id: int


def listed(row: Row[*tuple[Any, ...]]) -> ListedStudy:
    """A study in the list. ``row``: of ``queries.listed`` or ``queries.study``. Returns an element of ``GET
    /studies/list``.
    """
    return {
        "id": row.id,
        "alias": trimmed(row.alias) or None,
        "main_entity_type": row.main_entity_type,
        "benchmark_suite": row.benchmark_suite or None,
        "name": trimmed_or_empty(row.name),
        "status": row.status,
        "creation_date": iso(row.creation_date),
        "creator": row.creator,
    }


def studies(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[ListedStudy]:
    """The studies of a list. ``rows``: of ``queries.listed``. Returns the document of ``GET /studies/list``."""
    return [listed(row) for row in rows]


def study(
    row: Row[*tuple[Any, ...]],
    members: Iterable[Row[*tuple[Any, ...]]],
    tags: Iterable[Row[*tuple[Any, ...]]],  # noqa: ARG001  # all presenters of an operation take the same
) -> Study:
    """A study with its members. Returns the document of ``GET /studies/{study_id}``. A suite has no flows, setups and
    runs.

    Args:
        row: Of ``queries.study``.
        members: Of ``queries.task_members`` or ``queries.run_members``.
        tags: Of an old study, which only PHP shows.
    """
    mappings = [member._mapping for member in members]

    def ids(column: str) -> list[int]:
        values = {mapping[column] for mapping in mappings if column in mapping}
        # The input of a task is text; what is no number names no data set.
        return sorted({int(value) for value in values if str(value).strip().isdecimal()})

    return {
        **listed(row),
        "description": trimmed_or_empty(row.description),
        "visibility": trimmed_or_empty(row.visibility),
        "data_ids": ids("data"),
        "task_ids": ids("task_id"),
        "flow_ids": ids("flow_id"),
        "setup_ids": ids("setup_id"),
        "run_ids": ids("run_id"),
    }


def created(study_id: int) -> Created:
    """A new study."""
    return {"study_id": study_id}


def changed(row: Row[*tuple[Any, ...]], members: int) -> StudyChanged:
    """A study whose members have changed; what detaching answers is what attaching does. ``row``: of
    ``queries.study``. ``members``: how many it shows now.
    """
    return {"study_id": row.id, "main_entity_type": row.main_entity_type, "linked_entities": members}


def status_updated(study_id: int, status: str) -> StudyStatusUpdated:
    """A study with a new status."""
    return {"id": study_id, "status": status}


def deleted(study_id: int) -> StudyDeleted:
    """A study that is gone."""
    return {"id": study_id}
