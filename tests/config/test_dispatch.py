"""Requests find their routes as PHP's dispatchers and the new side's router find them."""

import pytest

from config.dispatch import Dispatcher, dispatcher
from config.location import config_directory
from config.routes import load_routes

ROUTES = load_routes(config_directory())


@pytest.fixture(scope="module")
def index() -> Dispatcher:
    return dispatcher(ROUTES)


@pytest.mark.parametrize(
    ("method", "path", "route", "fit"),
    [
        ("GET", "data/list/tag/a", "dataset.list", "exact"),
        ("GET", "data/list", "dataset.list", "exact"),
        ("GET", "data/61", "dataset.get", "exact"),
        ("DELETE", "data/61", "dataset.delete", "exact"),
        ("PUT", "data/61", "dataset.get", "method"),
        ("GET", "data/abc", "dataset.get", "number"),
        ("DELETE", "data/abc", "dataset.delete", "number"),
        ("GET", "data/qualities/2/1", "dataset.qualities", "exact"),
        ("POST", "data/fork/whatever/else", "dataset.fork", "exact"),
        ("GET", "data/unprocessed/1/random", "dataset.unprocessed", "exact"),
        ("GET", "study/list", "study.list", "exact"),
        ("GET", "study/lantern-cc", "study.get", "exact"),
        ("GET", "study/1/attach", "study.part", "exact"),
        ("POST", "study/1/attach", "study.attach", "exact"),
        ("GET", "votes/up/any/any/any", "vote.up_list", "exact"),
        ("GET", "votes/up/d/61", "vote.up_item", "exact"),
        ("GET", "votes/up/1/2", "vote.up_item", "number"),
        ("GET", "run/reset/25", "run.reset", "exact"),
    ],
)
def test_legacy_dispatch(index: Dispatcher, method: str, path: str, route: str, fit: str) -> None:
    """The first match in PHP's order wins, else the nearest miss."""
    match = index.legacy(method, tuple(path.split("/")), {})
    assert match is not None
    assert (match.route.name, match.fit) == (route, fit)


@pytest.mark.parametrize("path", ["data/1/2", "data/unprocessed/1/reverse", "nosuch", "flow/exists/x", ""])
def test_paths_that_php_does_not_know(index: Dispatcher, path: str) -> None:
    """A path unlike any pattern has no route."""
    assert index.legacy("GET", tuple(path.split("/")) if path else (), {}) is None


def test_a_form_field_can_decide(index: Dispatcher) -> None:
    """Differences are stored only when the form names a task (legacy notes, flow 3.1)."""
    path = ("setup", "differences", "1", "2")
    matches = [index.legacy("POST", path, form) for form in ({"task_id": "1"}, {"task_id": "0"}, {})]
    assert [match.route.name if match else None for match in matches] == [
        "setup.store_differences",
        "setup.differences",
        "setup.differences",
    ]


def test_a_form_field_can_decide_where_no_path_fits(index: Dispatcher) -> None:
    """Ids that are no numbers are wrong for that operation which the form would have had."""
    path = ("setup", "differences", "a", "2")
    matches = [index.legacy("POST", path, form) for form in ({"task_id": "1"}, {})]
    assert [match.route.name if match else None for match in matches] == [
        "setup.store_differences",
        "setup.differences",
    ]


def test_values_are_not_decoded_but_where_php_does(index: Dispatcher) -> None:
    """Only the reason of a downvote is decoded (legacy notes, flow 1.1)."""
    match = index.legacy("POST", ("votes", "down", "d", "61", "Bad%20data+x"), {})
    assert match is not None
    assert match.values == {"type": "d", "id": "61", "reason": "Bad data x", "ignored": ""}


@pytest.mark.parametrize(
    ("method", "path", "route", "known"),
    [
        ("GET", "datasets/list", "dataset.list", True),
        ("GET", "v1/datasets/list", "dataset.list", True),
        ("HEAD", "datasets/61", "dataset.get", True),
        ("DELETE", "datasets/list", "dataset.delete", True),
        ("PUT", "datasets/61", "dataset.get", False),
        ("GET", "datasets/tag", "dataset.get", True),
        ("POST", "studies/attach", "study.attach", True),
        ("GET", "data/v1/download/42/a/b.arff", "file.download", True),
    ],
)
def test_new_dispatch(index: Dispatcher, method: str, path: str, route: str, known: bool) -> None:
    """The most specific path that knows the method answers."""
    match = index.new(method, tuple(path.split("/")))
    assert match is not None
    assert (match.route.name, match.method_known) == (route, known)


def test_a_route_map_is_arranged_once() -> None:
    """The hot path does not parse templates."""
    assert dispatcher(ROUTES) is dispatcher(ROUTES)
