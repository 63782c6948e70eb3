"""Requests from one seed."""

from pathlib import Path

import pytest

from config.openapi import load_openapi
from config.routes import load_routes
from proxy.exploring.pools import Pools
from proxy.exploring.requests import Maker
from proxy.message.translation import Request, Translation
from proxy.recordings.recording import Recording
from proxy.recordings.request_lines import read_requests, request_line
from proxy.translate.to_new import legacy_to_new

CONFIG = Path(__file__).parent.parent.parent.parent / "config"
ROUTES = load_routes(CONFIG)
OPENAPI = load_openapi(CONFIG)


def pools() -> Pools:
    """A few rows."""
    found = Pools()
    found.add("dataset.list", [{"did": 61, "name": "petal-marks", "file_id": 101}])
    found.add("flow.list", [{"id": 1, "name": "weka.J48", "external_version": "1", "uploader": 2}])
    found.add("setup.list", [{"setup_id": number} for number in range(1, 40)])
    return found


def made(seed: int, number: int = 1500, *, writes: bool = False, only_new: bool = False) -> list[Recording]:
    """So many requests."""
    callers = ("none", "bad", "admin", "user2")
    maker = Maker(ROUTES, OPENAPI, pools(), callers, seed, "http://php", writes=writes, only_new=only_new)
    return maker.make(number)


def translated(item: Recording) -> Translation | None:
    """What it is for the new side."""
    asked = item.request
    found = legacy_to_new(Request(asked.method, asked.target, asked.headers, asked.body), ROUTES)
    return found if isinstance(found, Translation) else None


def test_one_seed_makes_the_same_requests() -> None:
    """Another one makes others."""
    assert made(1, writes=True) == made(1, writes=True)
    assert made(1, 200) != made(2, 200)
    assert made(1, 200) == made(1, 300)[:200]


@pytest.mark.parametrize("writes", [False, True])
def test_each_operation_is_asked(writes: bool) -> None:
    """Reads only, unless somebody wants writes."""
    found = [translation for item in made(3, writes=writes) if (translation := translated(item))]
    names = {translation.route.name for translation in found if translation.route}
    wanted = {route.name for route in ROUTES if route.legacy is not None and (writes or not route.writes)}
    assert wanted <= names
    assert writes or not any(translation.writes for translation in found)


def test_what_only_the_new_api_has_is_asked_of_it_alone() -> None:
    """PHP has no such path."""
    names = {item.endpoint for item in made(4, 300, writes=True, only_new=True)}
    assert {"dataset.delete_tag", "user.delete"} <= names
    assert not {"dataset.delete_tag", "user.delete"} & {item.endpoint for item in made(4, 300, writes=True)}


def test_filters_values_roles_formats_and_methods_vary() -> None:
    """All of them come."""
    found = made(5, 3000)
    parameters = {
        (translation.route.name, name)
        for item in found
        if (translation := translated(item)) and translation.route
        for name in translation.parameters
    }
    filters = {
        (route.name, name)
        for route in ROUTES
        if route.legacy and not route.writes
        for name in route.legacy.filters or ()
    }
    assert filters <= parameters
    assert {item.caller for item in found} == {"none", "bad", "admin", "user2"}
    assert {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"} <= {item.request.method for item in found}
    assert any(b"/api/v1/xml/" in item.request.target for item in found)
    assert any(b"petal-marks" in item.request.target for item in found)
    assert any(item.request.target.count(b",") > 10 for item in found)


def test_each_request_can_be_written_as_a_line(tmp_path: Path) -> None:
    """And is read as the same one, by the same caller."""
    found = made(6, writes=True)
    file = tmp_path / "requests.txt"
    file.write_text("\n".join(request_line(item.request) for item in found), newline="")
    again = read_requests(file, "http://php")
    assert [(item.request, item.caller) for item in again] == [(item.request, item.caller) for item in found]


def test_random_picks_are_marked() -> None:
    """Nothing can be said about which one it is."""
    found = {b"/random" in item.request.target: bool(item.volatile) for item in made(7)}
    assert found == {False: False, True: True}
