"""What is written of an exchange."""

from pathlib import Path

import brotli
import pytest

from config.routes import load_routes
from diffing.model import Headers, Observation
from proxy.har.entries import Writing, started
from proxy.recordings.caller_keys import CallerKeys
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.request_lines import NOBODY_KNOWS

ROOT = Path(__file__).parent.parent.parent.parent
KEY = "0123456789abcdef" * 2
JSON = (("Content-Type", "application/json"),)


@pytest.fixture(scope="module")
def writing() -> Writing:
    """With the packaged route map."""
    return Writing(load_routes(ROOT / "config"), CallerKeys())


def answered(
    status: int,
    body: bytes,
    headers: Headers = JSON,
    target: str = "/api/v1/json/data/1",
    caller: str = "none",
) -> Recording:
    """A request with its answer."""
    request = RecordedRequest("GET", "http://php", target.encode())
    return Recording("a.1", "", caller, request, Observation(status, headers, body, 0.25))


@pytest.mark.parametrize(
    ("body", "role"),
    [
        (b'{"data_set_description":{}}', "user"),
        (b'{"error":{"code":"103","message":"Authentication failed"}}', "bad"),
    ],
)
def test_who_asked_shows_in_the_answer(writing: Writing, body: bytes, role: str) -> None:
    """Where nobody knows whose key it was."""
    status = 412 if b"error" in body else 200
    item = answered(status, body, target=f"/api/v1/json/data/1?api_key={KEY}", caller=NOBODY_KNOWS)
    found = writing.entry(item, started())
    assert found["_as"] == role
    assert f"api_key=KEY_OF_{role}~" in found["request"]["url"]


@pytest.mark.parametrize(
    ("status", "body", "defect"),
    [(500, b"", "empty 500"), (200, b"{", "not JSON"), (200, b"{}", None), (412, b"{", None)],
)
def test_how_legacy_broke_is_said(writing: Writing, status: int, body: bytes, defect: str | None) -> None:
    """In the words of the recordings."""
    assert writing.entry(answered(status, body), started()).get("_defect") == defect


def test_only_telling_headers_of_an_answer_are_kept(writing: Writing) -> None:
    """What is compared; neither dates nor the server's version."""
    sent = (
        *JSON,
        ("Access-Control-Allow-Origin", "*"),
        ("Date", "now"),
        ("Server", "PHP"),
        ("Location", "/a"),
    )
    found = writing.entry(answered(302, b"", sent), started())
    names = [pair["name"] for pair in found["response"]["headers"]]
    assert names == ["Content-Type", "Access-Control-Allow-Origin", "Location"]


def test_answers_are_written_without_their_coding(writing: Writing) -> None:
    """Whatever it was; one that cannot be undone stays with its header, so that a check can say so."""
    coded = (*JSON, ("Content-Encoding", "br"))
    found = writing.entry(answered(200, brotli.compress(b"{}"), coded), started())["response"]
    assert (found["content"]["text"], [pair["name"] for pair in found["headers"]]) == ("{}", ["Content-Type"])
    found = writing.entry(answered(200, b"{}", coded), started())["response"]
    assert {"name": "Content-Encoding", "value": "br"} in found["headers"]


def test_when_it_began_is_kept(writing: Writing) -> None:
    """And how long it took, in milliseconds."""
    found = writing.entry(answered(200, b"{}"), "2026-11-22T00:00:00.000Z")
    assert (found["startedDateTime"], found["time"]) == ("2026-11-22T00:00:00.000Z", 250.0)
