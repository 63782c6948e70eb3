"""The pinned document does not justify itself: tables and contract say the same, without looking at the backend."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.app import OPERATIONS
from backend.openapi import problem_cases
from config.problems import load_problems
from config.routes import load_routes
from tests.functional.conformance import CONFIG
from tests.functional.origins import columns, errors
from tests.functional.origins.errors import Error

DOCUMENT: dict[str, Any] = json.loads((CONFIG / "openapi.json").read_bytes())
COLUMNS: dict[str, Any] = dict(columns.stated())
ROUTES = load_routes(CONFIG)
PROBLEMS = load_problems(CONFIG)
ERRORS = errors.stated()
DECLARED = {
    Error(operation.name, case.code, case.slug)
    for operation in OPERATIONS
    for method in (ROUTES[operation.name].new.method, *ROUTES[operation.name].new.also)
    for case in problem_cases(operation, method)
}


def test_every_member_of_every_answer_agrees_with_its_column_or_is_listed() -> None:
    """Integers are integer columns, times are times, booleans are true or false; all else has a why."""
    assert columns.disagreements(DOCUMENT, COLUMNS) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("dataset.name", "integer, where text is stated"),
        ("dataset.file_id", "the column can be NULL"),
        ({"is": "integer", "of": "dataset.did", "why": "It is so."}, "is as its column is, and needs no why"),
        ({"is": "integer", "why": " "}, "is listed without a why"),
        ({"is": "integer", "of": "dataset.dud", "why": "It is so."}, "there is no column dataset.dud"),
    ],
)
def test_a_wrong_statement_is_found(statement: object, said: str) -> None:
    """The file is judged too."""
    changed = COLUMNS | {"Description": COLUMNS["Description"] | {"id": statement}}
    assert columns.disagreements(DOCUMENT, changed) == [f"Description.id: {said}"]


def test_what_nobody_states_is_found() -> None:
    """And what is stated of nothing."""
    changed = COLUMNS | {"Reset": {"rid": "run.rid"}}
    assert columns.disagreements(DOCUMENT, changed) == [
        "Reset.rid: no answer has it",
        "Reset.id: nobody says what it holds",
    ]


def test_every_declared_error_is_that_of_the_contract() -> None:
    """Route, legacy code, status and type; and nothing of the contract is missing."""
    assert errors.disagreements(DECLARED, PROBLEMS, ROUTES, ERRORS) == []


def test_the_errors_are_those_of_the_sections_of_the_contract() -> None:
    """Other statuses than those of section E have a why; all codes of PHP are given, or never with a why."""
    assert errors.inconsistencies(ERRORS) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"status": 403}, "111 dataset-not-found: section E has 404, the file 403"),
        ({"why": "It is so."}, "111 dataset-not-found: section E has 404, the file 404"),
        ({"type": "dataset-gone"}, "111 is never dataset-not-found, as section D has it"),
        ({"code": "105"}, "105 is never given, and is given"),
    ],
)
def test_a_wrong_error_in_the_file_is_found(wrong: dict[str, object], said: str) -> None:
    """The file is judged too."""
    changed = [error | wrong if error.get("code") == "111" else error for error in ERRORS["error"]]
    assert said in errors.inconsistencies(ERRORS | {"error": changed})


def test_a_table_of_one_route_can_be_judged() -> None:
    """Whoever says what a route answers, in whatever file."""
    right = errors.from_table("dataset.get", {"111": "dataset-not-found", "112": "dataset-no-access"})
    assert errors.disagreements(right, PROBLEMS, ROUTES, ERRORS, whole=False) == []
    wrong = errors.from_table("dataset.get", {"111": "dataset-no-access", "452": "task-not-found"})
    assert errors.disagreements(wrong, PROBLEMS, ROUTES, ERRORS, whole=False) == [
        "dataset.get: 111 is dataset-no-access, which is not stated",
        "dataset.get: 452 is task-not-found, which is not stated",
    ]


def test_an_error_that_nobody_declares_any_more_is_found() -> None:
    """And one with another status."""
    gone = DECLARED - {Error("dataset.get", "113", "dataset-no-data-file")}
    assert errors.disagreements(gone, PROBLEMS, ROUTES, ERRORS) == [
        "dataset.get: nobody declares 113 as dataset-no-data-file"
    ]
    other = dict(PROBLEMS) | {"run-trace-not-found": replace(PROBLEMS["run-trace-not-found"], status=403)}
    assert errors.disagreements(DECLARED, other, ROUTES, ERRORS) == [
        "run.trace: 572 is run-trace-not-found with 403, not with 404"
    ]


def test_every_answer_is_as_a_whole_what_the_contract_says() -> None:
    """A list, an object or a file, and 200."""
    stated = tomllib.loads((Path(__file__).parent / "origins" / "wholes.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for operations in DOCUMENT["paths"].values():
        for operation in (
            one for one in operations.values() if isinstance(one, dict) and "operationId" in one
        ):
            status = min(operation["responses"])
            document = operation["responses"][status].get("content", {}).get("application/json")
            schema = {"type": "file"} if document is None else document["schema"]
            while "$ref" in schema:
                schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            name = operation["operationId"].removesuffix(".by_post")
            found[name] = f"{status} {schema['type']}"
    wanted = dict.fromkeys(found, "200 object")
    wanted |= dict.fromkeys(stated["lists"], "200 array") | dict.fromkeys(stated["files"], "200 file")
    wanted |= dict.fromkeys(stated["nothing"], "204 file")
    assert found == wanted
