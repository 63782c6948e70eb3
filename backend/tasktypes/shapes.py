"""Documents of task types (new-API contract, section C).

Clients of both APIs read these two documents, so they keep their envelopes and their text ids.
"""

from collections.abc import Iterable, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from backend.database.results import AnyRow
from backend.moments import iso
from backend.tasktypes.constraints import data_type
from config.php.text import csv_fields, trimmed_or_empty

Description = str | list[str]
"""Text; ``[]`` when there is none."""


class ListedType(TypedDict):
    """A task type in the list."""

    id: str
    name: str
    description: Description
    creator: str


class ListedTypes(TypedDict):
    """Holds the task types."""

    task_type: list[ListedType]


class TaskTypes(TypedDict):
    """The document of ``GET /tasktype/list``."""

    task_types: ListedTypes


class TypeInput(TypedDict):
    """An input of a task type; ``requirement`` is there when it is required, ``data_type`` when it is known."""

    name: str
    requirement: NotRequired[str]
    data_type: NotRequired[str]


class DescribedType(TypedDict):
    """A task type with its inputs."""

    id: str
    name: str
    description: Description
    creator: list[str]
    contributor: NotRequired[list[str]]
    creation_date: str
    input: list[TypeInput]


class TaskType(TypedDict):
    """The document of ``GET /tasktype/{task_type_id}``."""

    task_type: DescribedType


def task_types(rows: Iterable[AnyRow]) -> TaskTypes:
    """All task types (legacy notes, task 2.1). ``rows``: of ``queries.every_type``. Returns the document; creators are
    the column's text.
    """
    return {
        "task_types": {
            "task_type": [
                {
                    "id": str(row.ttid),
                    "name": trimmed_or_empty(row.name),
                    "description": trimmed_or_empty(row.description) or [],
                    "creator": trimmed_or_empty(row.creator),
                }
                for row in rows
            ]
        }
    }


def task_type(row: AnyRow, inputs: Sequence[AnyRow]) -> TaskType:
    """One task type (legacy notes, task 2.2). ``row``: of ``queries.task_type``. ``inputs``: of ``queries.inputs``.
    Returns the document; without ``contributor`` when there is none.
    """
    document: DescribedType = {
        "id": str(row.ttid),
        "name": trimmed_or_empty(row.name),
        "description": trimmed_or_empty(row.description) or [],
        "creator": csv_fields(row.creator),
        "creation_date": iso(row.creationDate, " "),
        "input": [_input(declared) for declared in inputs],
    }
    if contributors := csv_fields(row.contributors):
        document["contributor"] = contributors
    return {"task_type": document}


def _input(row: AnyRow) -> TypeInput:
    document: TypeInput = {"name": trimmed_or_empty(row.name)}
    if row.requirement == "required":
        document["requirement"] = row.requirement
    if (named := data_type(row.api_constraints)) is not None:
        document["data_type"] = named
    return document
