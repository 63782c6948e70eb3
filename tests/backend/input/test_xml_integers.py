"""Integers of XML documents."""

from __future__ import annotations

import pytest

from backend.input.parameters import LARGEST
from backend.input.xml_integers import integer


@pytest.mark.parametrize(
    ("text", "number"),
    [("40", 40), (" +040\n", 40), ("-1", -1), (None, 0), ("9" * 5000, LARGEST), ("-" + "9" * 5000, -LARGEST)],
)
def test_integers(text: str | None, number: int) -> None:
    """Signs, zeros and blanks do not matter; what is too large for a column is the largest there is."""
    assert integer(text) == number
