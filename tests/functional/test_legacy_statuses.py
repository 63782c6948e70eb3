"""The migration guide's table of errors says with which status PHP answers each code; the recordings say it, too."""

from pathlib import Path

from config.guide import load_guide
from diffing.decode import Form, decode
from proxy.recordings.recording import read_recordings

USUAL = 412
UNKNOWN_PATH = "100"  # told by an entry: 412, and 450 below some paths


def test_statuses_are_those_of_the_recordings() -> None:
    """Every code has the usual status, or the one that the guide names."""
    statuses = load_guide(Path("config")).statuses
    seen: dict[str, set[int]] = {}
    for recording in read_recordings((Path("tests/recordings/read"), Path("tests/recordings/write"))):
        decoded = decode(recording.response)
        if decoded.form is Form.ERROR and isinstance(decoded.document, dict) and recording.response.status:
            seen.setdefault(str(decoded.document["code"]), set()).add(recording.response.status)
    other = {code for code, found in seen.items() if found - {USUAL} and code != UNKNOWN_PATH}
    assert other == statuses.keys()
    assert all(seen[code] == {status} for code, status in statuses.items())
