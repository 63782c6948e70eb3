"""Answers that are an id."""

from backend.legacy.answers import identified
from backend.legacy.tree import to_json


def test_an_id_has_phps_names() -> None:
    """The new API always says ``id``."""
    found = identified("upload_run", "run_id")(7)
    assert found.new() == {"id": 7}
    assert to_json(found.legacy()) == b'{"upload_run":{"run_id":"7"}}'
