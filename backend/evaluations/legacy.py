"""PHP's documents of evaluations (legacy notes, task 4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from backend.database.results import AnyRow
from backend.evaluations.array_data import words
from backend.evaluations.queries import Folds, Parameters, fold_key
from backend.legacy.tree import Element, alike, element, marked_record, record
from backend.legacy.values import Value, text_of
from config.php.text import special_characters

UNESCAPED = ("flow_name", "data_name", "array_data")
_ALL = (*UNESCAPED, "function", "value", "values")
_PARAMETER = (
    "id",
    "flow_id",
    "flow_name",
    "full_name",
    "parameter_name",
    "data_type",
    "default_value",
    "value",
)


def listed(rows: Sequence[AnyRow], folds: Folds) -> Element:
    """The evaluations of a list; only here the values of folds are shown."""
    return element(
        "evaluations",
        [marked_record("evaluation", UNESCAPED, {**_setup(row), **_score(row, folds)}) for row in rows],
    )


def listed_with_setups(rows: Sequence[AnyRow], folds: Folds, parameters: Parameters) -> Element:
    """The same with the parameters of the setups, in the middle. ``rows``: the evaluations. ``parameters``: of each
    setup, in the order of the query's columns.
    """
    shown = {setup: _parameters(settings) for setup, settings in parameters.items()}
    none = element("parameters")
    return element(
        "evaluations",
        [
            marked_record(
                "evaluation",
                _ALL,
                {**_setup(row), "parameters": shown.get(row.setup, none), **_score(row, folds)},
            )
            for row in rows
        ],
    )


def _parameters(settings: Sequence[AnyRow]) -> Element:
    # A column by its name costs ten times as much as all by their order.
    values = [
        (number, flow_id, flow_name, f"{full_name}_{name or ''}", name, kind, default, value)
        for _, number, flow_id, flow_name, full_name, name, kind, default, value in settings
    ]
    return element("parameters", alike("parameter", _PARAMETER, values))


def _setup(row: AnyRow) -> Mapping[str, Value]:
    return {
        "run_id": row.rid,
        "uploader": row.uploader,
        "task_id": row.task_id,
        "setup_id": row.setup,
        "flow_id": row.implementation_id,
        "flow_name": row.flow_name,
    }


def _score(row: AnyRow, folds: Folds) -> Mapping[str, Value]:
    """What was measured; what there is not is left out."""
    found: dict[str, Value] = {
        "data_id": row.did,
        "data_name": row.data_name,
        "evaluation_engine_id": row.evaluation_engine_id,
        "function": row.function,
        "upload_time": row.start_time,
    }
    if row.value is not None:
        found["value"] = row.value
    if row.array_data:
        found["array_data"] = row.array_data
    if values := folds.get(fold_key(row)):
        found["values"] = f"[{','.join(values)}]"
    return found


def _described(row: AnyRow) -> Iterator[tuple[str, str | int]]:
    yield "id", row.id
    yield "flow_id", row.implementation_id
    yield "flow_name", row.flow_name
    yield "full_name", f"{row.flow_full_name}_{row.name or ''}"
    yield "parameter_name", row.name or ""
    yield "data_type", row.dataType or ""
    yield "default_value", row.defaultValue or ""
    yield "value", row.value


def listed_json(rows: Sequence[AnyRow], folds: Folds) -> Mapping[str, Any]:  # noqa: ARG001  # all presenters of an operation take the same
    """The evaluations of a list as PHP's own template."""
    return {"evaluations": {"evaluation": [_document(row, {}) for row in rows]}}


def listed_with_setups_json(
    rows: Sequence[AnyRow],
    folds: Folds,  # noqa: ARG001  # all presenters of an operation take the same
    parameters: Parameters,
) -> Mapping[str, Any]:
    """The same with the parameters of the setups, whose texts are written as for HTML."""
    shown = {
        setup: [
            {
                name: special_characters(value) if isinstance(value, str) else value
                for name, value in _described(row)
            }
            for row in settings
        ]
        for setup, settings in parameters.items()
    }
    found = [_document(row, {"parameters": shown.get(row.setup, [])}) for row in rows]
    return {"evaluations": {"evaluation": found}}


def _document(row: AnyRow, parameters: Mapping[str, Any]) -> dict[str, Any]:
    document = {
        "run_id": row.rid,
        "task_id": row.task_id,
        "setup_id": row.setup,
        "flow_id": row.implementation_id,
        "flow_name": row.flow_name,
        **parameters,
        "data_name": row.data_name,
        "function": row.function,
        "upload_time": text_of(row.start_time),
    }
    if row.value is not None:
        document["value"] = orjson.Fragment(text_of(row.value))
    if row.array_data:
        document["array_data"] = [
            orjson.Fragment(word) if is_number else word for word, is_number in words(row.array_data)
        ]
    return document


def requested(rows: Sequence[AnyRow]) -> Element:
    """The runs that an engine is to evaluate."""
    return element(
        "evaluation_request",
        (
            record(
                "run",
                run_id=row.rid,
                task_id=row.task_id,
                setup_id=row.setup,
                uploader=row.uploader,
                upload_time=row.start_time,
            )
            for row in rows
        ),
    )
