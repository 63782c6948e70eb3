"""Documents of setups (new-API contract, section C; legacy notes, flow 3.2, 3.3 and 3.5)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NotRequired

from sqlalchemy import Row
from typing_extensions import TypedDict

from config.php.text import trimmed, trimmed_or_empty


class ListedParameter(TypedDict):
    """A parameter of a setup in a list; what has no value is left out."""

    id: int
    flow_id: int
    flow_name: str
    full_name: str
    parameter_name: str
    data_type: NotRequired[str]
    default_value: NotRequired[str]
    value: NotRequired[str]


class SetupParameter(ListedParameter):
    """A parameter of one setup."""

    name: str


class ListedSetup(TypedDict):
    """A setup in a list; without parameters the key is left out."""

    setup_id: int
    flow_id: int
    parameter: NotRequired[list[ListedParameter]]


class SetupParameters(TypedDict):
    """The parameters of one setup; without parameters the key is left out."""

    setup_id: int
    flow_id: int
    parameter: NotRequired[list[SetupParameter]]


class Setup(TypedDict):
    """The document of ``GET /setup/{setup_id}``; the envelope is kept (new-API contract, section C)."""

    setup_parameters: SetupParameters


class Existence(TypedDict):
    """Whether a setup exists; the id of none is -1."""

    exists: bool
    id: int


class SetupDifference(TypedDict):
    """How far two setups differ on a task."""

    setupA: int
    setupB: int
    task_id: int
    task_size: int
    differences: int


def setup(row: Row[*tuple[Any, ...]], parameters: Iterable[Row[*tuple[Any, ...]]]) -> Setup:
    """A setup with its parameters. ``row``: of ``queries.setup``. ``parameters``: of ``queries.parameters``. Returns
    the document of ``GET /setup/{setup_id}``.
    """
    document: SetupParameters = {"setup_id": row.sid, "flow_id": row.implementation_id}
    shown: list[SetupParameter] = [
        {**_parameter(parameter), "name": trimmed_or_empty(parameter.name)} for parameter in parameters
    ]
    if shown:
        document["parameter"] = shown
    return {"setup_parameters": document}


def listed(
    rows: Iterable[Row[*tuple[Any, ...]]], parameters: Iterable[Row[*tuple[Any, ...]]]
) -> list[ListedSetup]:
    """The document of a list. ``rows``: of ``queries.page``. ``parameters``: of ``queries.parameters``, of these
    setups. Returns one object a setup.
    """
    of_setup: dict[int, list[ListedParameter]] = defaultdict(list)
    for parameter in parameters:
        of_setup[parameter.setup].append(_parameter(parameter))
    documents: list[ListedSetup] = []
    for row in rows:
        document: ListedSetup = {"setup_id": row.sid, "flow_id": row.implementation_id}
        if row.sid in of_setup:
            document["parameter"] = of_setup[row.sid]
        documents.append(document)
    return documents


def _parameter(row: Row[*tuple[Any, ...]]) -> ListedParameter:
    shown: ListedParameter = {
        "id": row.id,
        "flow_id": row.implementation_id,
        "flow_name": trimmed_or_empty(row.flow_name),
        "full_name": trimmed_or_empty(f"{row.fullName}_{row.name}"),
        "parameter_name": trimmed_or_empty(row.name),
    }
    if data_type := trimmed(row.dataType):
        shown["data_type"] = data_type
    if default := trimmed(row.defaultValue):
        shown["default_value"] = default
    if value := trimmed(row.value):
        shown["value"] = value
    return shown


def existence(setup_id: int | None) -> Existence:
    """Whether a setup exists."""
    return {"exists": setup_id is not None, "id": -1 if setup_id is None else setup_id}


def differences(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[SetupDifference]:
    """How far two setups differ, task by task. ``rows``: of ``queries.differences``. Returns one object a task."""
    return [
        {
            "setupA": row.sidA,
            "setupB": row.sidB,
            "task_id": row.task_id,
            "task_size": row.task_size,
            "differences": row.differences,
        }
        for row in rows
    ]
