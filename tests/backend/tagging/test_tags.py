"""What tags may look like."""

from __future__ import annotations

import pytest

from backend.tagging.tags import is_legal


@pytest.mark.parametrize(
    ("tag", "legal"),
    [
        ("A.b_c-9", True),
        ("y" * 64, True),
        ("y" * 65, False),
        ("", False),
        ("two words", False),
        ("a\n", False),
        ("é", False),
    ],
)
def test_a_tag_is_short_and_plain(tag: str, legal: bool) -> None:
    """64 letters, digits, dots, underscores and hyphens."""
    assert is_legal(tag) is legal
