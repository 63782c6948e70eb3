"""Numbers in texts, as PHP 7.4 reads them."""

from __future__ import annotations

import pytest

from backend.php.numbers import LARGEST, SMALLEST, intval


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" +7 x", 7),
        ("-1", -1),
        ("1.9", 1),
        ("1e2", 100),
        ("1e", 1),
        ("0x1A", 0),
        ("x", 0),
        ("", 0),
        ("9223372036854775808", LARGEST),
        ("-1e400", SMALLEST),
        ("9" * 10_000, LARGEST),
    ],
)
def test_a_text_begins_with_an_integer(text: str, value: int) -> None:
    """What is behind the number does not count."""
    assert intval(text) == value
