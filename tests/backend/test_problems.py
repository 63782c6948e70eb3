"""Errors as problem details."""

import orjson
import pytest

from backend import problems
from backend.problems import InputProblem, ProblemCase, problem_document, problem_response, refused
from config.location import config_directory
from config.problems import ProblemType, load_problems

KIND = ProblemType("dataset-not-found", "Dataset Not Found", 404)


def test_a_problem_document_keeps_the_legacy_code() -> None:
    """Type, title and status come from the table, detail and code from where it is raised."""
    problem = ProblemCase("dataset-not-found", "111").because("No dataset with id 9 found.")
    assert problem_document(KIND, problem) == {
        "type": "https://openml.org/problems/dataset-not-found",
        "title": "Dataset Not Found",
        "status": 404,
        "detail": "No dataset with id 9 found.",
        "code": "111",
    }


def test_a_problem_without_a_code_has_no_code() -> None:
    """The member is absent, not null."""
    assert "code" not in problem_document(KIND, ProblemCase("dataset-not-found").because("x"))


def test_wrong_input_lists_its_errors() -> None:
    """A value that JSON cannot hold does not break the answer."""
    kind = ProblemType("validation-error", "Validation Error", 422)
    problem = InputProblem("x", [{"type": "digits", "loc": ["query", "limit"], "msg": "m", "input": object}])
    response = problem_response({"validation-error": kind}, problem)
    assert response.status_code == 422
    assert response.media_type == "application/problem+json"
    assert orjson.loads(response.body)["errors"][0]["loc"] == ["query", "limit"]


@pytest.mark.parametrize("case", [case for case in vars(problems).values() if isinstance(case, ProblemCase)])
def test_shared_problems_are_in_the_table(case: ProblemCase) -> None:
    """Else raising one would be an internal error."""
    assert case.slug in load_problems(config_directory())


def test_refused_input_is_422_with_each_code() -> None:
    """What a handler refuses, in the words of the declaration."""
    assert refused("691", "692") == (
        ProblemCase("validation-error", "691"),
        ProblemCase("validation-error", "692"),
    )
