"""Filters of lists that take one number."""

from pathlib import Path

from config.openapi import load_openapi
from config.routes import load_routes
from diffing.rules.filters import characters, expectations, offsets
from diffing.rules.parameters import parameters

CONFIG = Path("config")
ROUTES, OPENAPI = load_routes(CONFIG), load_openapi(CONFIG)


def test_a_list_says_its_own_codes() -> None:
    """That of an illegal value for several numbers, that of an empty list for a limit of 0."""
    route = ROUTES["dataset.list"]
    found = list(expectations(route, tuple(parameters(route, OPENAPI["dataset.list"]))))
    assert [one.new.code for one in found] == ["371", "372"]
    assert all("370" not in one.legacy.codes for one in found)


def test_what_is_no_list_has_no_such_rule() -> None:
    """Nor an offset."""
    route = ROUTES["dataset.get"]
    known = tuple(parameters(route, OPENAPI["dataset.get"]))
    assert [*expectations(route, known), *characters(route, known), *offsets(route)] == []


def test_an_offset_is_derived() -> None:
    """From the list without it."""
    [found] = offsets(ROUTES["dataset.list"])
    assert (found.derive, found.new.status, found.legacy.codes) == ("offset", 200, frozenset({"373"}))


def test_values_that_no_filter_has_are_refused_where_php_shows_a_page() -> None:
    """By the schema of each filter, and only where no other parameter could be what is wrong."""
    route = ROUTES["dataset.list"]
    [found] = characters(route, tuple(parameters(route, OPENAPI["dataset.list"])))
    patterns = found.when.any_parameter or {}
    assert patterns["data_id"].fullmatch("1;2")
    assert not patterns["data_id"].fullmatch(" 1 , 2")
    assert patterns["tag"].fullmatch("ünï")
    assert not patterns["tag"].fullmatch("Life Science")
    assert found.when.only == frozenset(route.legacy.filters or ()) if route.legacy else False
