"""Answers that are broken."""

import json
import re
from dataclasses import replace

import pytest

from config.routes import Route
from diffing.conditions import Condition, ValueCondition
from diffing.decode import decode
from diffing.defects import broken, defect_of, judge_defect, success_differences
from diffing.model import UNDOCUMENTED, Asked, Breakage, Observation, Outcome
from diffing.registry import Defect, Deviation, Kind, LegacySide, NewSide
from diffing.rules.shapes import Shape
from tests.diffing.registry import GET, LIST

JSON = (
    ("Content-Type", "application/json"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"),
)
SHOWN = Condition(shows=(ValueCondition("$.name", re.compile(".*&.*")),))


@pytest.mark.parametrize(
    ("observation", "defect"),
    [
        (Observation(500, (("Content-Type", "text/html"),), b""), "empty_500"),
        (Observation(500, (("Content-Type", "text/html"),), b"<html>"), "html_500"),
        (Observation(200, (("Content-Type", "text/html"),), b""), "empty_200"),
        (Observation(200, JSON, b'{"a":"b"c"}'), "not_json"),
        (Observation(200, (("Content-Type", "text/xml"),), b"<a>&</a>"), "not_xml"),
        (Observation(450, JSON, b'{"error":{}}{"a":1}'), "two_documents"),
        (Observation(503, (("Content-Type", "text/html"),), b""), "status 503"),
        (Observation(502, (("Content-Type", "text/html"),), b"<html>"), "status 502"),
        (Observation(500, JSON, b'{"error":{"code":"473","message":"m"}}'), None),
        (Observation(200, JSON, b"{}"), None),
    ],
)
def test_defects_are_named(observation: Observation, defect: str | None) -> None:
    """450 goes out as 500 with its document under Apache, which is no defect."""
    assert defect_of(observation, decode(observation)) == defect


@pytest.mark.parametrize("body", [b"{", b"", b"[]"])
def test_5xx_of_the_new_side_is_always_broken(body: bytes) -> None:
    """Whatever it says."""
    observation = Observation(503, JSON, body)
    assert broken(observation, decode(observation)) == "status 503"


def test_an_answer_to_head_is_whole_without_a_body() -> None:
    """Its media type is that of what GET gives."""
    observation = Observation(200, (("Content-Type", "text/html"),), b"")
    assert defect_of(observation, decode(observation), "HEAD") is None


@pytest.mark.parametrize("defect", ["empty_500", "not_json", "two_documents"])
def test_the_xml_form_of_a_defect_is_no_xml(defect: Defect) -> None:
    """What breaks the JSON answer breaks the XML one, in its own way; so do two documents in one body."""
    new = Observation(200, JSON, b'{"name": "a & b"}')
    entries = [replace(_entry(200), legacy=LegacySide(defects=frozenset({defect})), when=SHOWN)]
    judged = judge_defect(Asked(None, "POST"), Breakage("not_xml"), new, decode(new), entries, {})
    assert judged.outcome is Outcome.LEGACY_ERROR


@pytest.mark.parametrize(
    ("defect", "form", "when", "verdict"),
    [
        ("empty_500", "json", SHOWN, "legacy_error"),
        ("not_xml", "xml", SHOWN, "legacy_error"),
        ("empty_500", "xml", SHOWN, UNDOCUMENTED),
        ("empty_500", "xml", Condition(), "legacy_error"),
        ("not_xml", "xml", Condition(), UNDOCUMENTED),
    ],
)
def test_a_text_kills_the_json_form_and_spoils_the_xml_form(
    defect: str, form: str, when: Condition, verdict: str
) -> None:
    """PHP sends its XML as it is. What else it dies of, it dies of in both forms, and never with half an answer."""
    new, asked = Observation(200, JSON, b'{"name": "a & b"}'), Asked(GET, "GET", format=form)
    broke = Breakage(defect, meant={"name": "a & b"} if defect == "not_xml" else None)
    entries = [replace(_entry(200), when=when)]
    assert judge_defect(asked, broke, new, decode(new), entries, {}).verdict == verdict


@pytest.mark.parametrize(
    ("route", "parameters", "document", "wrong"),
    [
        (GET, {"id": "7"}, {"id": 7}, []),
        (GET, {"id": "7.0"}, {"id": 8}, []),
        (GET, {"id": "7"}, {"id": 8}, ["$.id"]),
        (LIST, {"limit": "2"}, [{"id": 1}, {"id": 2}], []),
        (LIST, {"limit": "1"}, [{"id": 1}, {"id": 2}], ["$"]),
        (replace(LIST, codes=replace(LIST.codes, empty="372")), {}, [], ["$"]),
    ],
)
def test_an_answer_is_about_what_was_asked(
    route: Route, parameters: dict[str, str], document: object, wrong: list[str]
) -> None:
    """Where PHP broke, the new answer is held to the request: its id, its limit, and the code for nothing."""
    new = Observation(200, JSON, json.dumps(document).encode())
    found = success_differences(Asked(route, "GET", parameters), new, decode(new), Shape(anything=True))
    assert [difference.path for difference in found] == wrong


def _entry(status: int) -> Deviation:
    return Deviation(
        id=f"answered-{status}",
        kind=Kind.LEGACY_DEFECT,
        title="t",
        routes=("study.create",),
        why="w",
        guide="g",
        source="studies.toml",
        when=Condition(),
        examples=(),
        near_misses=(),
        legacy=LegacySide(defects=frozenset({"empty_500"})),
        new=NewSide(status),
    )
