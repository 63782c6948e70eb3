"""The errors of a 422, held to the request."""

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.model import Asked
from diffing.problem_errors import error_differences

ROUTES = load_routes(config_directory(None))
LIST = Asked(ROUTES["run.list"], "GET", {"task": "1x", "nosuch": "1"})
UPLOAD = Asked(ROUTES["run.upload"], "POST", {"description": "run.xml", "description.text": "<run>7</run>"})
PAGE = Asked(ROUTES["run.list"], "POST", {"limit": "-1", "tag": "true"})
TYPES = frozenset({"digits", "missing", "extra_forbidden", "description_invalid", "form_invalid"})


def found(asked: Asked, kind: str, loc: list[object], given: object, msg: str = "No.") -> list[str]:
    """Where one error is not about the request."""
    error = {"type": kind, "loc": loc, "msg": msg, "input": given}
    return [difference.path for difference in error_differences(asked, TYPES, {"errors": [error]})]


@pytest.mark.parametrize(
    ("kind", "loc", "given", "differing"),
    [
        ("digits", ["query", "task"], "1x", []),
        ("digits", ["query", "task"], "1", ["input"]),
        ("digits", ["query", "task"], None, ["input"]),
        ("digits", ["query", "flow"], None, ["loc"]),
        ("digits", ["path", "task"], "1x", ["loc"]),
        ("digits", ["query", "taskx"], "1x", ["loc"]),
        ("digits", ["header", "task"], "1x", ["loc"]),
        ("missing", ["query", "flow"], None, []),
        ("missing", ["query", "task"], None, ["input"]),
        ("extra_forbidden", ["query", "nosuch"], "1", []),
        ("extra_forbidden", ["query", "other"], "1", ["loc"]),
        ("form_invalid", ["body"], None, []),
    ],
)
def test_an_error_names_what_was_sent(
    kind: str, loc: list[object], given: object, differing: list[str]
) -> None:
    """A parameter that the route has there, and its value."""
    assert found(LIST, kind, loc, given) == [f"$.errors[0].{name}" for name in differing]


@pytest.mark.parametrize(
    ("loc", "given", "differing"),
    [
        (["body", "pagination", "limit"], -1, []),
        (["body", "limit"], -1, []),
        (["body", "pagination", "limit"], "-1", []),
        (["body", "pagination", "limit"], -2, ["input"]),
        (["body", "tag"], True, ["input"]),
        (["body", "pagination", "limitx"], -1, ["loc"]),
        (["body", "pagination"], None, ["loc"]),
        (["query", "pagination", "limit"], "-1", ["loc"]),
        (["query", "limit"], -1, ["input"]),
    ],
)
def test_a_json_body_has_numbers_and_a_place_for_pages(
    loc: list[object], given: object, differing: list[str]
) -> None:
    """Limit and offset may stand in it or inside `pagination`, as numbers."""
    assert found(PAGE, "digits", loc, given) == [f"$.errors[0].{name}" for name in differing]


def test_what_is_wrong_in_a_document_stands_in_it() -> None:
    """Or the input is not told."""
    place: list[object] = ["body", "description", "run"]
    assert found(UPLOAD, "description_invalid", place, "7") == []
    assert found(UPLOAD, "description_invalid", place, None) == []
    assert found(UPLOAD, "description_invalid", place, "8") == ["$.errors[0].input"]


def test_an_error_has_a_message_and_stands_once() -> None:
    """Twice the same tells nothing."""
    error = {"type": "digits", "loc": ["query", "task"], "msg": "No.", "input": "1x"}
    assert found(LIST, "digits", ["query", "task"], "1x", msg=" ") == ["$.errors[0].msg"]
    twice = error_differences(LIST, TYPES, {"errors": [error, error]})
    assert [difference.path for difference in twice] == ["$.errors[1]"]
