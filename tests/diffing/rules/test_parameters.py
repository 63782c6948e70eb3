"""Parameters under PHP's names."""

from pathlib import Path

from config.openapi import load_openapi
from config.routes import load_routes
from diffing.rules.parameters import ParameterRule, parameters

CONFIG = Path("config")
ROUTES, OPENAPI = load_routes(CONFIG), load_openapi(CONFIG)


def named(route: str) -> dict[str, ParameterRule]:
    """The parameters of a route by name."""
    return {one.name: one for one in parameters(ROUTES[route], OPENAPI[route])}


def test_names_are_phps() -> None:
    """The route map says which the new side calls otherwise."""
    assert "type" in named("task.list")
    assert "task_type_id" not in named("task.list")


def test_what_is_one_integer() -> None:
    """A list of them is none; another word may stand in its place."""
    listed, item = named("dataset.list"), named("download.item")
    assert [listed[name].integer for name in ("limit", "uploader", "data_id", "tag")] == [
        True,
        True,
        False,
        False,
    ]
    assert (item["user_id"].integer, item["user_id"].constants) == (True, ("any",))


def test_a_constant_fits_no_expression() -> None:
    """It is right as it is."""
    pattern = named("download.item")["user_id"].pattern(".+")
    assert [bool(pattern.fullmatch(text)) for text in ("any", "anyone", "5")] == [False, True, True]
