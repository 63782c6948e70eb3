"""Codes of the route map as expectations."""

from pathlib import Path

from config.problems import load_problems
from config.routes import load_routes
from diffing.rules.errors import expectations

ROUTES, PROBLEMS = load_routes(Path("config")), load_problems(Path("config"))


def test_each_code_is_expected_once() -> None:
    """Wrong input apart from all else, because it is looked at first."""
    for route in ROUTES:
        parts = [list(expectations(route, PROBLEMS, of_input=of_input)) for of_input in (True, False)]
        codes = [code for part in parts for one in part for code in one.legacy.codes]
        assert sorted(codes) == sorted(route.errors)
        assert {one.new.type for one in parts[0]} <= {"validation-error"}


def test_the_status_is_that_of_the_table_of_problems() -> None:
    """And the code PHP's."""
    [found] = [
        one
        for one in expectations(ROUTES["dataset.get"], PROBLEMS, of_input=False)
        if "111" in one.legacy.codes
    ]
    assert (found.new.status, found.new.type, found.new.code) == (404, "dataset-not-found", None)
