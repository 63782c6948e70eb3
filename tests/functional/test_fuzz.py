"""A short run of the fuzzer; `make fuzz` is the long one."""

from pathlib import Path

from tests.fuzz.__main__ import backend, fuzz


def test_generated_requests_are_answered_as_declared(sqlite_url: str, tmp_path: Path) -> None:
    """No 5xx, and no status, media type or document that the OpenAPI document does not declare."""
    with backend(sqlite_url) as url:
        sent, wrong = fuzz(url, examples=3, seed=1)
    assert wrong == ""
    assert sent > 500
