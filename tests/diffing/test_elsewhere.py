"""What the new side says elsewhere of a row: each column that is told is held, and nothing that is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.routes import load_routes
from diffing.elsewhere import is_said, places_of
from diffing.further import Further, Needed, Sources, Underived
from diffing.model import Asked, FollowUp, Observation
from tests.diffing.registry import GET, LIST

ROUTES = load_routes(Path("config"))
QUALITY = [{"name": "NumberOfClasses", "value": 2.0}]
DATASET = {
    "did": 1,
    "name": "a",
    "version": 1,
    "format": "ARFF",
    "file_id": 5,
    "status": "x",
    "quality": QUALITY,
}
INPUT = [{"name": "source_data", "value": "1"}, {"name": "target_feature", "value": 'a"b'}]
TASK = {
    "task_id": 9,
    "task_type_id": 1,
    "task_type": "T",
    "did": 1,
    "name": "a",
    "format": "ARFF",
    "input": INPUT,
    "quality": [{"name": "NumberOfClasses", "value": "2"}],
}
EVALUATION = {"run_id": 4, "task_id": 9, "function": "auc", "value": 0.5, "array_data": [0.1, 2]}
FLOW = {"id": 3, "name": "f", "version": 2, "external_version": "0"}
TOLD: dict[str, Any] = {
    "/datasets/1": {"id": 1, "name": "a", "version": 1, "format": "arff", "file_id": 5, "status": "y"},
    "/datasets/qualities/1": [
        *QUALITY,
        {"name": "Other", "value": 1},
        {"name": "NumBinaryAtts", "value": None},
    ],
    "/tasks/9": {"id": 9, "task_type_id": 1, "task_type": "T", "name": "Task 9"},
    "/tasks/inputs/9": {"task_id": 9, "input": [*INPUT, {"name": "folds", "value": "3"}]},
    "/run/4": {
        "run_id": 4,
        "task_id": 9,
        "output_data": {
            "evaluation": [
                {"name": "auc", "value": 0.5, "array_data": "[0.1,2]"},
                {"name": "kappa", "value": 0.7},
                {"name": "auc", "value": 0.9, "repeat": 0, "fold": 0},
            ]
        },
    },
    "/flows/3": {"id": 3, "name": "f", "version": 2, "external_version": "", "tag": ["t"]},
}


def sources(told: dict[str, Any], status: int = 200) -> Sources:
    """What the new side answers, by path."""
    answers: dict[Further, Observation] = {
        (FollowUp.PREMISE, path): Observation(
            status, (("Content-Type", "application/json"),), json.dumps(said).encode()
        )
        for path, said in told.items()
    }
    return Sources(answers)


def said(route: str, row: dict[str, Any], told: dict[str, Any] = TOLD, status: int = 200) -> bool:
    """Whether all places of a row say what it says."""
    places = places_of(Asked(ROUTES[route], "GET"), row)
    assert places
    return is_said(row, places, sources(told, status))


ROWS = [
    ("dataset.list", DATASET),
    ("task.list", TASK),
    ("evaluation.list", EVALUATION),
    ("flow.list", FLOW),
]


@pytest.mark.parametrize(("route", "row"), ROWS)
def test_a_row_that_is_said_elsewhere(route: str, row: dict[str, Any]) -> None:
    """In other words: the format in small letters, qualities as numbers, more than lists show."""
    assert said(route, row)


@pytest.mark.parametrize(
    ("route", "row", "column", "value"),
    [
        *(
            (route, row, column, value)
            for route, row in ROWS
            for column, value in row.items()
            if column not in ("status", "did", "task_id", "run_id", "id")
        )
    ],
)
def test_another_value_of_a_column_is_found(route: str, row: dict[str, Any], column: str, value: Any) -> None:
    """Another one, another type, none; ids lead elsewhere, and of a status a description says the newest."""
    others: list[object] = [f"{value}x", [value], None, {"a": value}]
    if isinstance(value, int | float):
        others += [value + 1, str(value), -value]
    if isinstance(value, list):
        others += [[], value[:-1], [*value, *value], [*value, {"name": "target_value", "value": "1"}]]
    if column == "external_version":
        others.remove(None)  # PHP leaves a 0 out of a description
    assert [other for other in others if said(route, {**row, column: other})] == []


def test_blanks_that_php_takes_off_do_not_count() -> None:
    """The list keeps them, the task by itself does not."""
    listed = {**TASK, "input": [INPUT[0], {"name": "target_feature", "value": ' a"b\r\n'}]}
    assert said("task.list", listed)


@pytest.mark.parametrize(
    ("status", "expected"), [(404, False), (403, False), (410, True), (412, True), (302, False)]
)
def test_a_thing_that_is_not_shown(status: int, expected: bool) -> None:
    """It must be there; of old studies and tasks nothing more is said."""
    assert said("flow.list", FLOW, {"/flows/3": {"status": status}}, status) is expected


def test_a_data_set_without_qualities_has_none() -> None:
    """Where there are none the new side says 404."""
    places = places_of(Asked(ROUTES["dataset.list"], "GET"), DATASET)
    part = {path: place for path, place in places.items() if "qualities" in path}
    missing = sources({"/datasets/qualities/1": {"status": 404}}, 404)
    assert is_said({**DATASET, "quality": []}, part, missing)
    assert not is_said(DATASET, part, missing)


def test_what_was_not_asked_or_not_answered() -> None:
    """It is asked first; a place that fails tells nothing."""
    places = places_of(Asked(ROUTES["flow.list"], "GET"), FLOW)
    with pytest.raises(Needed):
        is_said(FLOW, places, Sources())
    with pytest.raises(Underived):
        is_said(FLOW, places, sources({"/flows/3": {}}, 503))


@pytest.mark.parametrize("row", [{}, {"id": "1"}, {"id": None}, [1], "a", None])
def test_a_row_that_leads_nowhere(row: object) -> None:
    """Without an id there is no place; a route that lists nothing has none, either."""
    assert places_of(Asked(LIST, "GET"), row) == {}
    assert places_of(Asked(GET, "GET"), {"id": 1}) == {}
