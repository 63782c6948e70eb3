"""Documents of users."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.users import shapes


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Ada", "Vellum", "Ada Vellum"),
        ("Mono", "", "Mono"),
        (None, "Quill", "Quill"),
        ("", None, ""),
        ("0", "Quill", "Quill"),
        ("Nora ", "Maluser", "Nora  Maluser"),
        ("A & B", "<i>", "A & B <i>"),
    ],
)
def test_the_name_is_first_and_last_name(first: str | None, last: str | None, expected: str) -> None:
    """Empty parts are dropped; nobody's name breaks the list."""
    row: Any = SimpleNamespace(id=1, first_name=first, last_name=last)
    assert shapes.listed([row]) == [{"id": 1, "username": expected}]
