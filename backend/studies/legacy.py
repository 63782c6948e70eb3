"""PHP's documents of studies (legacy notes, flow 4)."""

from collections.abc import Iterable, Mapping, Sequence

from backend.database.results import AnyRow
from backend.legacy.tree import Element, each, element, marked_record, markup, optional
from backend.legacy.values import Value
from backend.moments import iso

IDS = {"data": "data_id", "tasks": "task_id", "flows": "flow_id", "setups": "setup_id", "runs": "run_id"}
"""Kinds of members and how an id of each is called."""

OF_RUNS: Mapping[str, str] = IDS | {"data": "data"}
OF_TASKS: Mapping[str, str] = {"data": "data", "tasks": "task_id"}
"""The column of each kind that a study shows."""


def listed(rows: Iterable[AnyRow]) -> Element:
    """The studies of a list."""
    return element("study_list", (marked_record("study", ("name",), _listed(row)) for row in rows))


def _listed(row: AnyRow) -> Mapping[str, Value]:
    return {
        "id": row.id,
        **({"alias": row.alias} if row.alias else {}),
        "main_entity_type": row.main_entity_type,
        **({} if row.benchmark_suite is None else {"benchmark_suite": row.benchmark_suite}),
        "name": row.name,
        "status": row.status,
        "creation_date": row.creation_date,
        "creator": row.creator,
    }


def study(row: AnyRow, members: Sequence[AnyRow], tags: Iterable[AnyRow]) -> Element:
    """One study; of one that is made of tags these, too."""
    return element(
        "study",
        element("id", row.id),
        optional("alias", row.alias),
        element("main_entity_type", row.main_entity_type),
        optional("benchmark_suite", row.benchmark_suite),
        markup("name", row.name),
        markup("description", row.description),
        element("visibility", row.visibility),
        element("status", row.status),
        element("creation_date", iso(row.creation_date)),
        element("creator", row.creator),
        (_tag(tag) for tag in tags),
        (element(part, each(IDS[part], ids)) for part, ids in _parts(row, members)),
    )


def _tag(row: AnyRow) -> Element:
    return element(
        "tag",
        markup("name", row.tag),
        optional("window_start", row.window_start),
        optional("window_end", row.window_end),
        element("write_access", row.write_access),
    )


def _parts(row: AnyRow, members: Sequence[AnyRow]) -> Iterable[tuple[str, Iterable[Value]]]:
    """The members of each kind; without members a study that is made of tags does not name it."""
    if row.legacy == "y":
        found = ((part, [member.id for member in members if member.part == part]) for part in IDS)
        return [(part, ids) for part, ids in found if ids]
    columns = OF_RUNS if row.main_entity_type == "run" else OF_TASKS
    return [
        (part, dict.fromkeys(getattr(member, column) for member in members))
        for part, column in columns.items()
    ]


def created(study_id: int) -> Element:
    """A new study."""
    return element("study_upload", element("id", study_id))


def attached(row: AnyRow, members: int) -> Element:
    """A study with new members, and how many it shows now."""
    return _changed("study_attach", row, members)


def detached(row: AnyRow, members: int) -> Element:
    """A study without some members, and how many it shows now."""
    return _changed("study_detach", row, members)


def _changed(name: str, row: AnyRow, members: int) -> Element:
    return element(
        name,
        element("id", row.id),
        element("main_entity_type", row.main_entity_type),
        element("linked_entities", members),
    )


def status_updated(study_id: int, status: str) -> Element:
    """A study with a new status."""
    return element("study_status_update", element("id", study_id), element("status", status))


def deleted(study_id: int) -> Element:
    """A study that is gone."""
    return element("study_delete", element("id", study_id))
