"""The table of errors."""

from dataclasses import replace

from config.routes import LegacyError
from diffing.guide.errors import errors_table
from diffing.registry import LegacySide, NewSide
from tests.diffing.registry import GET, LIST, PROBLEMS
from tests.diffing.test_derivable import STATUS

NONE = LegacyError("no-results")


def rows(*lines: str) -> list[str]:
    """The lines below the heading."""
    return list(lines)[2:]


def test_a_code_of_several_endpoints_is_one_row() -> None:
    """With links to all of them, and the status that PHP gives it."""
    routes = [replace(route, errors={"372": NONE}) for route in (LIST, GET)]
    assert rows(*errors_table((), routes, PROBLEMS, {"372": 450})) == [
        "| 372 | 450 | 404 | `no-results` | [thing.list](#get-thingslist), [thing.get](#get-thingsid) |"
    ]


def test_a_code_of_two_types_is_two_rows() -> None:
    """Codes stand in the order of numbers."""
    errors = {"1000": NONE, "372": NONE}, {"372": LegacyError("validation-error")}
    routes = [replace(route, errors=one) for route, one in zip((LIST, GET), errors, strict=True)]
    told = [line.split(" | ")[:4] for line in rows(*errors_table((), routes, PROBLEMS, {}))]
    assert told == [
        ["| 372", "412", "404", "`no-results`"],
        ["| 372", "412", "422", "`validation-error`"],
        ["| 1000", "412", "404", "`no-results`"],
    ]


def test_an_entry_about_all_endpoints_names_none() -> None:
    """With every status that PHP gives its codes."""
    legacy = LegacySide(frozenset({450, 412}), frozenset({"100"}))
    entry = replace(STATUS, legacy=legacy, new=NewSide(404, None, "not-found"))
    assert rows(*errors_table((entry,), (), PROBLEMS, {})) == ["| 100 | 412 or 450 | 404 | `not-found` |  |"]
