"""A sample as a line of recordings."""

from pathlib import Path

import orjson
import pytest

from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.exchange.sample import SampleSide, sample
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.recordings.recording import read_recordings
from proxy.reporting.recording_line import recording_line
from tests.proxy.logs import FIRST, KEY

JSON = (("Content-Type", "application/json"),)


def line(request: Request, answer: Observation, role: str = "none") -> str:
    """The line of an exchange."""
    new = SampleSide(Request("GET", b"/x"), Observation(200, JSON, b"{}"))
    comparison = Comparison(Outcome.MISMATCH)
    asked = Asked(None, request.method, role=role)
    made = sample(asked, FIRST, SampleSide(request, answer), new, comparison, Redactor())
    return recording_line("0123456789", orjson.loads(orjson.dumps(made)))


@pytest.mark.parametrize("body", ["é=1".encode(), b"\xff"])
def test_the_line_is_read_as_a_recording(tmp_path: Path, body: bytes) -> None:
    """The same request, the same answer, the caller by their role; a body that is no text, too."""
    request = Request("POST", b"/api/v1/json/x?a=%5B", (("Content-Type", "text/plain"),), body)
    answer = Observation(412, JSON, b'{"error":{}}', 0.25)
    (tmp_path / "line.jsonl").write_text(line(request, answer, "user") + "\n")
    [found] = read_recordings([tmp_path / "line.jsonl"])
    assert (found.id, found.caller) == ("cluster-0123456789", "user")
    sent = found.request
    assert (sent.method, sent.target, sent.headers, sent.body) == (
        request.method,
        request.target,
        request.headers,
        request.body,
    )
    assert found.response == answer


def test_a_key_is_a_placeholder() -> None:
    """Which `--keys FILE` fills."""
    found = line(Request("GET", f"/x?api_key={KEY}".encode()), Observation(200, JSON, b"{}"), "admin")
    assert ("KEY_OF_admin~" in found, KEY in found) == (True, False)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (Request("POST", b"/x", (), b"x" * 70_000), Observation(200, JSON, b"{}")),
        (Request("GET", b"/x"), Observation(200, JSON, b"x" * 70_000)),
        (Request("GET", b"/x"), Observation(None, (), b"", error="reset")),
    ],
)
def test_half_an_exchange_is_no_recording(request_: Request, answer: Observation) -> None:
    """What was cut, and what was no answer."""
    assert line(request_, answer) == ""


def test_a_sample_of_an_older_version_is_none() -> None:
    """It does not say what was sent."""
    assert recording_line("0123456789", {"legacy": {}}) == ""
