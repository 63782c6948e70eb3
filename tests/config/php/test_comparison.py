"""PHP's loose comparison."""

from __future__ import annotations

import pytest

from config.php.comparison import loosely_equal


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("a", "a", True),
        ("1e999", "2e999", False),
        ("9223372036854775807", "9223372036854775808", False),
        ("9223372036854775808", "9.223372036854775808e18", True),
        ("9" * 400, "1e3", False),
        ("-" + "9" * 400, "1e3", False),
        ("a", "A", False),
        ("10", "10.0", True),
        ("1e1", "10", True),
        ("010", "10", True),
        ("10", "10x", False),
        ("10x", "10X", False),
        ("", "0", False),
        ("-0", "0", True),
        (".5", "0.5", True),
        (" 1", "1", True),
        ("1 ", "1", False),
        ("0x10", "16", False),
        ("9223372036854775808", "9223372036854775809", False),
        ("9007199254740993", "9007199254740992", False),
        ("9007199254740993", "9007199254740992.0", True),
    ],
)
def test_numbers_in_texts_are_compared_as_numbers(left: str, right: str, equal: bool) -> None:
    """Either way round."""
    assert (loosely_equal(left, right), loosely_equal(right, left)) == (equal, equal)
