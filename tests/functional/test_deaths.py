"""What the route map says PHP dies of, a recording shows: an empty 500, and no other parameter that is odd."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.rules.derived import DIED
from proxy.message.translation import Translation
from proxy.recordings.recording import read_recordings
from proxy.translate.to_new import Request, legacy_to_new
from tests.functional.conformance import CONFIG

RECORDINGS = Path("tests/recordings")
ROUTES, REGISTRY = load_routes(CONFIG), load_registry(CONFIG)
LISTED = [(route.name, name) for route in ROUTES if route.legacy is not None for name in route.legacy.dies_of]


def odd(route: str) -> Mapping[str, list[re.Pattern[str]]]:
    """The texts of which PHP dies, by parameter, as the rules have them."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for entry in REGISTRY.of_route(route):
        if entry.legacy == DIED:
            for name, pattern in (entry.when.any_parameter or {}).items():
                found.setdefault(name, []).append(pattern)
    return found


@cache
def recorded_deaths() -> frozenset[tuple[str, str]]:
    """Each route and parameter of which a recording shows that PHP dies."""
    return frozenset(_recorded_deaths())


def _recorded_deaths() -> Iterator[tuple[str, str]]:
    for recording in read_recordings((RECORDINGS / "read", RECORDINGS / "write")):
        if recording.response.status != 500 or recording.response.body:
            continue
        sent = recording.request
        translation = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), ROUTES)
        if isinstance(translation, Translation) and translation.route is not None:
            found = [
                name
                for name, patterns in odd(translation.route.name).items()
                if any(pattern.fullmatch(translation.parameters.get(name, "")) for pattern in patterns)
            ]
            if len(found) == 1:
                yield translation.route.name, found[0]


@pytest.mark.parametrize(("route", "parameter"), LISTED)
def test_what_php_dies_of_is_recorded(route: str, parameter: str) -> None:
    """Else a refusal would excuse any crash."""
    assert (route, parameter) in recorded_deaths()


def test_each_name_is_a_parameter_that_can_be_odd() -> None:
    """A rule looks at it."""
    assert {(route, name) for route, name in LISTED if name not in odd(route)} == set()
