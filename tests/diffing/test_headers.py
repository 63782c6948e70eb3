"""Compared headers."""

from pathlib import Path

from config.routes import load_routes
from diffing.decode import decode
from diffing.headers import header_differences, preflight_differences
from diffing.model import Asked, Observation

CORS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "Origin, Accept"))


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
    more = (CORS[0], ("Access-Control-Allow-Headers", "Accept, Authorization, Origin"))
    assert paths(answer(*CORS), answer(*more)) == []


def test_a_preflight_needs_its_headers() -> None:
    """Methods are demanded too."""
    assert [d.path for d in preflight_differences(answer(*CORS))] == ["header.access-control-allow-methods"]


def test_files_keep_their_media_type_in_every_form() -> None:
    """A schema is XML also where XML was asked for; other documents are JSON in the new API."""
    routes = load_routes(Path(__file__).parent.parent.parent / "config")
    xml, json = answer(("Content-Type", "text/xml")), answer(("Content-Type", "application/json"))
    for name, right, wrong in (("file.xsd", xml, json), ("dataset.get", json, xml)):
        asked = Asked(routes[name], "GET", format="xml")
        assert list(header_differences(asked, xml, decode(xml), right, decode(right))) == []
        assert len(list(header_differences(asked, xml, decode(xml), wrong, decode(wrong)))) == 1
