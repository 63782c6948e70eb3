"""HAR lines in and out."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from diffing.model import Observation
from proxy.recordings.recording import (
    RecordedRequest,
    Recording,
    RecordingError,
    entry,
    read_recordings,
    recording_files,
    started,
)
from tests.proxy.recording_files import write_recordings

READ = Path(__file__).parent.parent.parent / "recordings" / "read"


def recording(body: bytes = b"answer", sent: bytes = b"") -> Recording:
    """An exchange as a test needs one."""
    return Recording(
        "t.1",
        "data/{id}",
        "user2",
        RecordedRequest(
            "POST",
            "https://openml.test",
            b"//api/./v1?a=%zz",
            (("Host", "openml.test"), ("Content-Type", "text/plain")),
            sent,
        ),
        Observation(200, (("Set-Cookie", "a"), ("Set-Cookie", "b")), body, 0.25, None),
        limited=True,
        volatile=("$.a",),
    )


def test_all_read_recordings_can_be_read() -> None:
    """The corpus has the number of entries that its documentation states."""
    assert sum(1 for _ in read_recordings([READ])) == 7404


def test_the_raw_target_is_kept() -> None:
    """Double slashes and dot segments are sent as recorded."""
    targets = {item.id: item.request.target for item in read_recordings([READ / "gate.jsonl.gz"])}
    assert targets["gate.data-61-0b04265c"] == b"/api/v1/json/data///61//"


def test_flags_are_read() -> None:
    """Each custom field arrives under its name."""
    [found] = [
        item for item in read_recordings([READ / "gate.jsonl.gz"]) if item.id == "gate.data-61-483a2e58"
    ]
    assert (found.endpoint, found.caller, found.limited, found.defect) == ("routing", "none", False, None)


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
@pytest.mark.parametrize("body", [b"", "té".encode(), b"\xff\x00binary"])
def test_what_is_written_reads_the_same(tmp_path: Path, name: str, body: bytes) -> None:
    """A recording survives a file, plain or gzipped, also when a body is not UTF-8."""
    written = recording(body, body)
    write_recordings(tmp_path / name, [written])
    assert list(read_recordings([tmp_path / name])) == [written]


def test_the_entry_has_the_fields_of_the_standard() -> None:
    """HAR 1.2 demands these of an entry."""
    fields = {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert fields <= entry(recording()).keys()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "is not JSON"),
        (b"[]", "is no HAR entry"),
        (b"{}", "'request' is missing"),
        (b'{"request": {"url": "x"}, "response": {}}', "has no scheme"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    """The error says file, line and what is wrong."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(orjson.dumps(entry(recording())) + b"\n" + line + b"\n")
    with pytest.raises(RecordingError, match=problem) as caught:
        list(read_recordings([file]))
    assert str(caught.value).startswith(f"{file}:2: ")


def test_a_damaged_gzip_is_an_error(tmp_path: Path) -> None:
    """A truncated file is not silently a shorter one."""
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(gzip.compress(orjson.dumps(entry(recording())))[:-12])
    with pytest.raises(RecordingError, match="cannot be read"):
        list(read_recordings([file]))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A path that is not there is named."""
    with pytest.raises(RecordingError, match="no such file"):
        recording_files([tmp_path / "nothing"])


def test_a_directory_without_recordings_is_an_error(tmp_path: Path) -> None:
    """A check of nothing would prove nothing."""
    with pytest.raises(RecordingError, match="holds no recording"):
        recording_files([tmp_path])


def test_a_recording_tells_when_it_was_made() -> None:
    """In UTC, as the diff log has its times; an entry need not say."""
    raws = [{"startedDateTime": text} for text in ("2026-11-22T01:29:59+01:00", "2026-11-22T00:29:59Z", "?")]
    at = datetime(2026, 11, 22, 0, 29, 59, tzinfo=UTC).replace(tzinfo=None)
    assert [started(replace(recording(), raw=raw)) for raw in [*raws, {}]] == [at, at, None, None]
