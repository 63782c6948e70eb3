"""Compared headers."""

from pathlib import Path

import pytest

from config.routes import load_routes
from diffing.decode import decode
from diffing.headers import (
    CHALLENGE,
    form_differences,
    header_differences,
    methods_differences,
    preflight_differences,
)
from diffing.model import Asked, Observation

CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, Authorization"),
)
METHODS = ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")


def paths(legacy: Observation, new: Observation) -> list[str]:
    """Where the headers differ."""
    return [d.path for d in header_differences(Asked(None, "GET"), legacy, decode(legacy), new, decode(new))]


def answer(*headers: tuple[str, str]) -> Observation:
    """An answer without a body."""
    return Observation(200, headers, b"")


def test_charset_does_not_matter() -> None:
    """JSON is always UTF-8."""
    assert (
        paths(
            answer(("Content-Type", "application/json; charset=utf-8")),
            answer(("content-type", "application/json")),
        )
        == []
    )


def test_another_media_type_is_a_difference() -> None:
    """A client that reads it would break."""
    assert paths(answer(("Content-Type", "application/json")), answer(("Content-Type", "text/plain"))) == [
        "header.content-type"
    ]


def test_lost_cors_headers_are_differences() -> None:
    """Browser clients depend on them."""
    assert paths(answer(*CORS), answer()) == [
        "header.access-control-allow-origin",
        "header.access-control-allow-headers",
    ]


def test_the_new_side_may_allow_more() -> None:
    """It also reads Authorization."""
    more = (CORS[0], ("Access-Control-Allow-Headers", f"{CORS[1][1]}, X-Further"))
    assert paths(answer(*CORS), answer(*more)) == []


@pytest.mark.parametrize(
    ("headers", "differing"),
    [
        ((*CORS, METHODS), []),
        (CORS, ["header.access-control-allow-methods"]),
        (
            (*CORS, ("Access-Control-Allow-Methods", "GET, X-OTHER, OPTIONS")),
            ["header.access-control-allow-methods"],
        ),
        (
            (*CORS, ("Access-Control-Allow-Methods", "GET, GET, OPTIONS")),
            ["header.access-control-allow-methods"],
        ),
        ((*CORS, METHODS, ("Allow", "GET, OPTIONS")), ["header.allow"]),
        ((CORS[0], METHODS), ["header.access-control-allow-headers"] * 2),
        (
            (
                CORS[0],
                ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"),
                METHODS,
            ),
            ["header.access-control-allow-headers"],
        ),
    ],
)
def test_a_preflight_needs_its_headers(headers: tuple[tuple[str, str], ...], differing: list[str]) -> None:
    """Methods that there are, once each, and the headers that clients send."""
    found = preflight_differences(Asked(None, "OPTIONS"), answer(*headers))
    assert [difference.path for difference in found] == differing


def test_the_methods_of_a_route_are_named() -> None:
    """In a preflight answer and where a method is refused."""
    routes = load_routes(Path(__file__).parent.parent.parent / "config")
    new = answer(("Allow", "POST, OPTIONS"))
    for name, differing in (("dataset.upload", []), ("dataset.get", ["header.allow"])):
        found = methods_differences(Asked(routes[name], "PATCH"), new, "allow")
        assert [difference.path for difference in found] == differing


@pytest.mark.parametrize(
    ("status", "headers", "differing"),
    [
        (200, (("Content-Type", "application/json"), *CORS), []),
        (200, (("Content-Type", "application/json; charset=UTF-8"),), []),
        (200, (("Content-Type", "application/json; charset=latin1"),), ["header.content-type"]),
        (200, (("Content-Type", "text/plain;charset=utf-8;x=y"),), ["header.content-type"]),
        (200, (CORS[0], CORS[0]), ["header.access-control-allow-origin"]),
        (401, (("WWW-Authenticate", CHALLENGE),), []),
        (401, (("WWW-Authenticate", "Bearer"),), ["header.www-authenticate"]),
        (403, (("WWW-Authenticate", CHALLENGE),), ["header.www-authenticate"]),
    ],
)
def test_headers_are_well_formed_whatever_legacy_sent(
    status: int, headers: tuple[tuple[str, str], ...], differing: list[str]
) -> None:
    """No answer says twice where it may be read, or names another charset, or asks for a key that it does not want."""
    found = form_differences(Observation(status, headers, b""))
    assert [difference.path for difference in found] == differing


def test_a_text_keeps_its_character_set() -> None:
    """Else a client reads other letters."""
    legacy = answer(("Content-Type", "text/plain;charset=UTF-8"))
    assert paths(legacy, answer(("Content-Type", "text/plain"))) == ["header.content-type"]
    assert paths(legacy, answer(("Content-Type", "text/plain; charset=utf-8"))) == []


def test_files_keep_their_media_type_in_every_form() -> None:
    """A schema is XML also where XML was asked for; other documents are JSON in the new API."""
    routes = load_routes(Path(__file__).parent.parent.parent / "config")
    xml, json = answer(("Content-Type", "text/xml")), answer(("Content-Type", "application/json"))
    for name, right, wrong in (("file.xsd", xml, json), ("dataset.get", json, xml)):
        asked = Asked(routes[name], "GET", format="xml")
        assert list(header_differences(asked, xml, decode(xml), right, decode(right))) == []
        assert len(list(header_differences(asked, xml, decode(xml), wrong, decode(wrong)))) == 1
