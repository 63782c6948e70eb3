"""Answers that are broken."""

import pytest

from diffing.decode import decode
from diffing.defects import broken, defect_of
from diffing.model import Observation

JSON = (("Content-Type", "application/json"),)


@pytest.mark.parametrize(
    ("observation", "defect"),
    [
        (Observation(500, (("Content-Type", "text/html"),), b""), "empty_500"),
        (Observation(500, (("Content-Type", "text/html"),), b"<html>"), "html_500"),
        (Observation(200, (("Content-Type", "text/html"),), b""), "empty_200"),
        (Observation(200, JSON, b'{"a":"b"c"}'), "not_json"),
        (Observation(200, (("Content-Type", "text/xml"),), b"<a>&</a>"), "not_xml"),
        (Observation(450, JSON, b'{"error":{}}{"a":1}'), "two_documents"),
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
