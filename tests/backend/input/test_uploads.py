"""Uploaded files as PHP looks at them."""

from __future__ import annotations

import io

import pytest
from starlette.datastructures import UploadFile

from backend.input.uploads import EMPTY, MISSING, file_problem


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (None, MISSING),
        ("text", MISSING),
        (UploadFile(io.BytesIO(b""), size=0, filename="a.arff"), EMPTY),
        (UploadFile(io.BytesIO(b"abc"), size=3, filename="a.arff"), None),
    ],
)
def test_a_file_has_content(part: UploadFile | str | None, reason: str | None) -> None:
    """A field, or a file without bytes, is none."""
    assert file_problem(part) == reason
