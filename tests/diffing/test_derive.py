"""Answers derived from another request."""

import json
from dataclasses import replace

import pytest

from config.location import config_directory
from config.problems import load_problems
from config.routes import NewTemplate
from diffing.decode import decode
from diffing.derive import follow_up_of, head_differences, sorted_differences, tail_differences
from diffing.model import Asked, FollowUp, Observation
from tests.diffing.registry import LIST
from tests.diffing.test_compare import answer, problem

ASKED = Asked(replace(LIST, codes=replace(LIST.codes, empty="372")), "GET", {"offset": "1"})
PROBLEMS = load_problems(config_directory(None))
NONE = problem(404, "no-results", "No Results Found", "372")


def paths(new: Observation, unlimited: Observation) -> list[str]:
    """Where the tail differs."""
    return [d.path for d in tail_differences(ASKED, new, decode(new), unlimited, PROBLEMS, 1000)]


def test_past_the_end_there_is_no_result() -> None:
    """An empty tail is 404, as every empty list."""
    assert paths(NONE, answer([{"id": 1}])) == []
    assert "status" in paths(answer([]), answer([{"id": 1}]))


def test_an_error_without_the_offset_is_the_error_with_it() -> None:
    """Another filter was wrong."""
    assert paths(NONE, NONE) == []
    assert paths(answer([{"id": 1}]), NONE) == ["status", "header.content-type", "$"]


def test_what_only_post_asks_for_has_no_get() -> None:
    """Nothing can be derived from a GET that is another route's."""
    only_post = replace(LIST, new=NewTemplate("POST", "/setup/exists"))
    assert follow_up_of(Asked(only_post, "POST"), "get") is None
    assert follow_up_of(Asked(LIST, "POST"), "get") is FollowUp.LEGACY_GET


def test_a_get_that_writes_is_not_asked() -> None:
    """HEAD of such a route is safe, and so must be what is asked to check it."""
    assert follow_up_of(Asked(LIST, "HEAD"), "headers") is FollowUp.NEW_GET
    assert follow_up_of(Asked(replace(LIST, writes=True), "HEAD"), "headers") is None


def test_head_is_get_without_its_body() -> None:
    """Status and media type are GET's."""
    get = answer({})
    assert list(head_differences(get, Observation(200, get.headers, b""))) == []
    assert [d.path for d in head_differences(get, Observation(404, (), b"x"))] == [
        "status",
        "$",
        "header.content-type",
        "header.access-control-allow-origin",
        "header.access-control-allow-headers",
    ]


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ([None, 0.5, 0.75], []),
        ([0.5, None, 0.75], ["$[*].value"]),
        ([None, 0.75, 0.5], ["$[*].value"]),
        ([None, 0.5], ["$", "$[*].value"]),
        ([None, 0.5, 0.25], ["$[id=0.25]", "$[*].value"]),
    ],
)
def test_a_sorted_list_has_the_rows_of_the_unsorted_one(values: list[float | None], paths: list[str]) -> None:
    """As many, the same, by value."""

    def rows(several: list[float | None]) -> Observation:
        listed = [{"id": value, "value": value} for value in several]
        return Observation(200, (("Content-Type", "application/json"),), json.dumps(listed).encode())

    asked = Asked(LIST, "GET", {"sort_order": "asc"})
    new = rows(values)
    found = sorted_differences(asked, new, decode(new), rows([0.75, None, 0.5]), PROBLEMS)
    assert [one.path for one in found] == paths
