"""What PHP's message makes the new detail hold."""

import re
from dataclasses import replace

import pytest

from config.problems import ProblemType
from config.routes import LegacyTemplate, NewTemplate, Route
from diffing.decode import decode
from diffing.model import Asked
from diffing.problem import message_of, problem_differences
from diffing.registry import NewSide
from tests.diffing.test_compare import problem

UNKNOWN = NewSide(422, None, "unknown-filter", frozenset(), re.compile(r"filter\(s\): (.*)$"))
PROBLEMS = {"unknown-filter": ProblemType("unknown-filter", "Unknown Filter", 422)}
LEGACY = {
    "code": "370",
    "message": "Illegal filter",
    "additional_information": "Found illegal filter(s): size, colour",
}


def paths(detail: str, method: str = "GET") -> list[str]:
    """Where a new answer with this detail differs."""
    new = problem(422, "unknown-filter", "Unknown Filter", "370", detail=detail)
    asked = Asked(None, method)
    return [d.path for d in problem_differences(asked, LEGACY, UNKNOWN, new, decode(new), PROBLEMS)]


def test_names_are_demanded() -> None:
    """Each illegal filter is told to the client."""
    assert paths("There are no filters size and colour.") == []
    assert paths("There is no filter size.") == ["$.detail"]


def test_numbers_of_another_mistake_are_not_demanded() -> None:
    """An entry with a code of its own is about something else than PHP's message."""
    new = problem(422, "unknown-filter", "Unknown Filter", "371")
    expected = NewSide(422, "371", "unknown-filter")
    legacy = {"code": "686", "message": "Give at least 2"}
    assert not list(problem_differences(Asked(None, "GET"), legacy, expected, new, decode(new), PROBLEMS))


def test_the_id_of_what_only_php_made_need_not_be_named() -> None:
    """Other numbers must be, also in the same text."""
    legacy = {"code": "477", "message": "Bad tag", "additional_information": "id=40002; tag=t7"}

    def found(unnamed: str | None) -> list[str]:
        new = problem(422, "unknown-filter", "Unknown Filter", "477", detail="Bad tag t7.")
        expected = NewSide(422, None, "unknown-filter", unnamed=re.compile(unnamed) if unnamed else None)
        asked = Asked(None, "POST")
        return [d.path for d in problem_differences(asked, legacy, expected, new, decode(new), PROBLEMS)]

    assert (found("id=[0-9]+"), found(None), found("tag=t")) == ([], ["$.detail"], ["$.detail"])


def test_head_has_no_body() -> None:
    """Nothing of the document can be compared, and nothing may be sent."""
    assert paths("There are no filters size and colour.", "HEAD") == ["$"]


def test_entities_of_php_are_undone() -> None:
    """Its messages are encoded once (legacy notes, data 4)."""
    assert (
        message_of({"message": "a &lt;b&gt;", "additional_information": "c &quot;d&quot;"}) == 'a <b> c "d"'
    )


def test_401_demands_a_challenge() -> None:
    """RFC 9110 section 15.5.2."""
    new = problem(401, "authentication-required", "Authentication Required", "102")
    expected = NewSide(401, None, "authentication-required")
    found = problem_differences(Asked(None, "GET"), {"code": "102"}, expected, new, decode(new), {})
    assert [difference.path for difference in found] == ["header.www-authenticate"]


def test_a_missing_query_parameter_can_be_named() -> None:
    """What the route reads of the query is a parameter of the request, given or not."""
    legacy = LegacyTemplate(("*",), "job/request", query=("workbench",))
    route = Route("job.request", "jobs", "A job", True, True, NewTemplate("GET", "/job/request"), legacy)
    error = {"type": "missing", "loc": ["body", "workbench"], "msg": "Give it", "input": None}
    new = problem(422, "validation-error", "Validation Error", "340", errors=[error])
    expected = NewSide(422, None, "validation-error", frozenset({"missing"}))
    found = problem_differences(Asked(route, "GET"), {"code": "340"}, expected, new, decode(new), {})
    assert list(found) == []


@pytest.mark.parametrize(
    ("kind", "loc", "differing"),
    [
        ("form_invalid", ["body"], []),
        ("form_invalid", ["body", "tag"], ["$.errors[0].loc"]),
        ("form_invalid", [], ["$.errors[0].loc"]),
        ("missing", ["body"], ["$.errors[0].loc"]),
    ],
)
def test_only_a_form_that_cannot_be_read_is_at_fault_as_a_whole(
    kind: str, loc: list[str], differing: list[str]
) -> None:
    """Other errors name a parameter."""
    error = {"type": kind, "loc": loc, "msg": "M", "input": None}
    new = problem(422, "validation-error", "Validation Error", None, errors=[error])
    expected = NewSide(422, "", "validation-error", frozenset({kind}))
    found = problem_differences(Asked(None, "POST"), None, expected, new, decode(new), {})
    assert [difference.path for difference in found] == differing


def test_a_problem_is_what_the_contract_says_and_no_more() -> None:
    """Pages of every origin may read it, no member is one of nobody's, and a method that is refused is not allowed."""
    new = problem(405, "unknown-filter", "Unknown Filter", "370")
    expected = NewSide(405, "370", "unknown-filter")

    def found(**other: object) -> list[str]:
        answer = replace(new, **other)  # type: ignore[arg-type]  # of any type
        problems = {"unknown-filter": ProblemType("unknown-filter", "Unknown Filter", 405)}
        asked = Asked(None, "PATCH")
        differences = problem_differences(asked, None, expected, answer, decode(answer), problems)
        return [difference.path for difference in differences]

    headers = (*new.headers, ("Allow", "GET, HEAD, OPTIONS"))
    assert found(headers=headers) == []
    assert found(headers=(*new.headers, ("Allow", "GET, PATCH, OPTIONS"))) == ["header.allow"]
    without = tuple(pair for pair in headers if pair[0].lower() != "access-control-allow-origin")
    assert found(headers=without) == ["header.access-control-allow-origin"]
    assert found(headers=headers, body=new.body[:-1] + b', "x": 1}') == ["$.x"]
