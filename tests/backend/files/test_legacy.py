"""PHP's answer to a file that was uploaded."""

from backend.files import legacy
from backend.legacy.tree import to_json


def test_an_uploaded_file() -> None:
    """Every value is a text."""
    url = "https://openml.test/data/download/7/a & b.txt"
    expected = rb'{"file_upload":{"id":"7","url":"https:\/\/openml.test\/data\/download\/7\/a & b.txt"}}'
    assert to_json(legacy.uploaded(7, url)) == expected
