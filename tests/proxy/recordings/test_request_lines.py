"""Files of requests: plain lines and recordings."""

from pathlib import Path

import pytest

from proxy.message.forms import read_fields, read_files
from proxy.recordings.recording import RecordingError
from proxy.recordings.request_lines import read_requests, request_line
from tests.proxy.recording_files import write_recordings

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
        ("POST /a -F tag", "-F wants NAME=CONTENT"),
        ("POST /a -F tag=a -d b=c", "both -d and -F"),
        ("POST /a -F file=@nothing", "nothing cannot be read: No such file"),
    ],
)
def test_another_line_is_told(tmp_path: Path, line: str, why: str) -> None:
    """With its number, and what would be right."""
    file = tmp_path / "requests.txt"
    file.write_text(line)
    with pytest.raises(RecordingError, match=why):
        read_requests(file, BASE)


def test_a_form_of_parts_is_a_request(tmp_path: Path) -> None:
    """Fields, texts and files, as curl sends them; the caller is that of the form's key."""
    (tmp_path / "data.arff").write_bytes(b"@RELATION a\n")
    file = tmp_path / "requests.txt"
    file.write_text(
        "POST /api/v1/json/data -F api_key=KEY_OF_admin -F 'description=\"<a>\n;</a>\";filename=d.xml;type=text/xml'"
        " -F dataset=@data.arff\nGET /api/v1/json/data/1\n"
    )
    first, second = read_requests(file, BASE)
    assert (first.caller, second.id) == ("admin", "requests.txt:3")
    kind = first.request.headers[0][1]
    assert read_fields(kind, first.request.body) == {"api_key": "KEY_OF_admin"}
    assert read_files(kind, first.request.body) == {"description": "d.xml", "dataset": "data.arff"}
    assert b"\r\n\r\n<a>\n;</a>\r\n" in first.request.body


@pytest.mark.parametrize(
    ("line", "caller"),
    [("POST /a -F api_key=abc", "?"), ("POST /a -F tag=b", "none")],
)
def test_the_key_of_a_form_is_a_key(tmp_path: Path, line: str, caller: str) -> None:
    """Nobody knows whose it is."""
    file = tmp_path / "requests.txt"
    file.write_text(line)
    assert [item.caller for item in read_requests(file, BASE)] == [caller]


def test_a_request_can_be_written_as_its_line(tmp_path: Path) -> None:
    """The line is read as the same request: odd paths, headers, forms of both kinds, and what a quotation holds."""
    file = tmp_path / "requests.txt"
    file.write_text(
        LINES + "GET \"/a'b?c=%20\" -H 'Accept: a'\n"
        "POST /a -F 'x=\"@\\\"\\\\ \r\n\u2028#\";filename=\"q\\\"u.arff\"' -F 'y=' -H 'X: y'\n",
        newline="",
    )
    requests = [item.request for item in read_requests(file, BASE)]
    again = tmp_path / "again.txt"
    again.write_text("\n".join(map(request_line, requests)), newline="")
    found = [item.request for item in read_requests(again, BASE)]
    assert [(item.target, item.body, sorted(item.headers)) for item in found] == [
        (item.target, item.body, sorted(item.headers)) for item in requests
    ]
    assert b'filename="q%22u.arff"\r\n\r\n\r\n' not in found[-1].body
    assert b'filename="q%22u.arff"\r\n\r\n@"\\ \r\n\xe2\x80\xa8#\r\n' in found[-1].body


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
