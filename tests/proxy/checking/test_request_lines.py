"""Files of requests: plain lines and recordings."""

from pathlib import Path

import pytest

from proxy.checking.request_lines import read_requests
from proxy.recordings import RecordingError, write_recordings

BASE = "http://php"
LINES = """
# what CI asks
GET /api/v1/json/data/1
GET /api/v1/data/list -H 'Accept: text/xml' -H "X-Way: a b"
  POST /api/v1/json/flow/exists -d name=a -d 'external_version=1 2'
GET /api/v1/json/data/2?api_key=KEY_OF_admin
GET /api/v1/json/data/2?api_key=abc
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of plain lines."""
    found = tmp_path / "requests.txt"
    found.write_text(LINES)
    return found


def test_lines_are_requests(file: Path) -> None:
    """Method and target, and what curl knows as -H and -d."""
    found = [item.request for item in read_requests(file, BASE)]
    assert [(item.method, item.target, item.headers, item.body) for item in found[:3]] == [
        ("GET", b"/api/v1/json/data/1", (), b""),
        ("GET", b"/api/v1/data/list", (("Accept", "text/xml"), ("X-Way", "a b")), b""),
        (
            "POST",
            b"/api/v1/json/flow/exists",
            (("Content-Type", "application/x-www-form-urlencoded"),),
            b"name=a&external_version=1 2",
        ),
    ]


def test_a_request_is_named_by_its_line(file: Path) -> None:
    """So that a difference leads back to it."""
    assert read_requests(file, BASE)[0].id == "requests.txt:3"


def test_who_asks_is_known_by_the_placeholder(file: Path) -> None:
    """Of another key nobody knows whose it is; without a key nobody asks."""
    assert [item.caller for item in read_requests(file, BASE)] == ["none", "none", "none", "admin", "?"]


@pytest.mark.parametrize("name", ["requests.jsonl", "requests.jsonl.gz"])
def test_recordings_are_requests_too(file: Path, tmp_path: Path, name: str) -> None:
    """Also gzipped."""
    recorded = tmp_path / name
    requests = read_requests(file, BASE)
    write_recordings(recorded, requests)
    assert [item.request for item in read_requests(recorded, "")] == [item.request for item in requests]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("GET", "1: is no request; expected METHOD /TARGET"),
        ("get /a", "is no request"),
        ("GET http://php/a", "is no request"),
        ("GET /a 'b", "No closing quotation"),
        ("GET /a -X PUT", "-X is not known here; there are -H"),
        ("GET /a -H Accept", "-H is not known here"),
    ],
)
def test_another_line_is_told(tmp_path: Path, line: str, why: str) -> None:
    """With its number, and what would be right."""
    file = tmp_path / "requests.txt"
    file.write_text(line)
    with pytest.raises(RecordingError, match=why):
        read_requests(file, BASE)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(RecordingError, match="cannot be read: No such file"):
        read_requests(tmp_path / "nothing", BASE)


def test_bytes_are_no_request_lines(tmp_path: Path) -> None:
    """A file in another coding is refused."""
    file = tmp_path / "requests.txt"
    file.write_bytes(b"GET /\xff")
    with pytest.raises(RecordingError, match="is not UTF-8"):
        read_requests(file, BASE)


def test_the_requests_of_the_ready_workflow_are_requests() -> None:
    """They only read."""
    found = read_requests(Path(__file__).parent.parent.parent.parent / "docs" / "ci" / "requests.txt", BASE)
    assert {item.request.method for item in found} == {"GET"}
    assert len(found) > 10
