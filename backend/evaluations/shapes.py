"""Documents of evaluations (legacy notes, task 4.2 and 4.3; new-API contract, decisions 3 and 5)."""

from collections.abc import Sequence

from typing_extensions import TypedDict

from backend.evaluations.array_data import elements
from backend.evaluations.queries import Folds, Parameters
from backend.moments import Moment, iso_or_none
from backend.runs.queries import AnyRow
from backend.runs.shapes import score


class ParameterValue(TypedDict):
    """A parameter of a setup, with its value there."""

    id: int
    flow_id: int
    flow_name: str
    full_name: str
    parameter_name: str
    data_type: str
    default_value: str
    value: str


class ListedEvaluation(TypedDict):
    """An evaluation in a list."""

    run_id: int
    task_id: int
    setup_id: int
    flow_id: int
    flow_name: str
    data_name: str
    function: str
    upload_time: Moment | None
    value: float | None
    array_data: list[int | float | str]


class ListedWithSetup(ListedEvaluation):
    """An evaluation in the list with the parameters of the setups."""

    parameters: list[ParameterValue]


class Requested(TypedDict):
    """A run that waits to be evaluated."""

    run_id: int
    task_id: int
    setup_id: int
    uploader: int | None
    upload_time: Moment | None


def listed(rows: Sequence[AnyRow], folds: Folds) -> list[ListedEvaluation]:  # noqa: ARG001  # all presenters of an operation take the same
    """Evaluations of a list. ``rows``: of ``queries.listed``. ``folds``: their values, which only PHP shows. Returns
    the document of ``GET /evaluation/list``.
    """
    return [_listed(row) for row in rows]


def listed_with_setups(
    rows: Sequence[AnyRow],
    folds: Folds,  # noqa: ARG001  # all presenters of an operation take the same
    parameters: Parameters,
) -> list[ListedWithSetup]:
    """Evaluations of a list, with the parameters of their setups. ``rows``: of ``queries.listed``. ``folds``: their
    values, which only PHP shows. Returns the document of ``GET /evaluation/setup/list``.
    """
    shown = {setup: [_parameter(row) for row in settings] for setup, settings in parameters.items()}
    return [{**_listed(row), "parameters": shown.get(row.setup, [])} for row in rows]


def _listed(row: AnyRow) -> ListedEvaluation:
    return {
        "run_id": row.rid,
        "task_id": row.task_id,
        "setup_id": row.setup,
        "flow_id": row.implementation_id,
        "flow_name": row.flow_name,
        "data_name": row.data_name,
        "function": row.function,
        "upload_time": iso_or_none(row.start_time),
        "value": None if row.value is None else score(row.value),
        "array_data": elements(row.array_data),
    }


def _parameter(row: AnyRow) -> ParameterValue:
    name = row.name or ""
    return {
        "id": row.id,
        "flow_id": row.implementation_id,
        "flow_name": row.flow_name,
        "full_name": f"{row.flow_full_name}_{name}",
        "parameter_name": name,
        "data_type": row.dataType or "",
        "default_value": row.defaultValue or "",
        "value": row.value,
    }


def requested(rows: Sequence[AnyRow]) -> list[Requested]:
    """Runs that wait to be evaluated. ``rows``: of ``queries.unevaluated``. Returns the document of ``GET
    /evaluation/request/{engine_id}/{order}/{count}``.
    """
    return [
        {
            "run_id": row.rid,
            "task_id": row.task_id,
            "setup_id": row.setup,
            "uploader": row.uploader,
            "upload_time": iso_or_none(row.start_time),
        }
        for row in rows
    ]
