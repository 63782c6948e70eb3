"""A short run of the fuzzer; `make fuzz` is the long one."""

import asyncio
from pathlib import Path

from backend.database.load import load
from tests.fuzz.__main__ import backend, fuzz


def test_generated_requests_are_answered_as_declared(sample: Path, tmp_path: Path) -> None:
    """No 5xx, and no status, media type or document that the OpenAPI document does not declare."""
    database = f"sqlite:///{tmp_path / 'own.db'}"  # what is generated may write
    asyncio.run(load(sample, database, files_to=tmp_path / "files"))
    with backend(database, tmp_path / "files") as url:
        sent, wrong = fuzz(url, examples=5, seed=1, phases="fuzzing")
    assert wrong == ""
    assert sent > 500
