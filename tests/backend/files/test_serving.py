"""Stored files as a static server sends them."""

import pytest

from backend.files.serving import content_type, is_current, satisfiable


@pytest.mark.parametrize(
    ("given", "current"),
    [(None, False), ('"abc"', True), ('W/"abc"', True), ('"x", "abc"', True), ("*", True), ('"x"', False)],
)
def test_entity_tags_are_compared_weakly(given: str | None, current: bool) -> None:
    """RFC 9110 section 13.1.2."""
    assert is_current(given, '"abc"') is current


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        ("bytes=0-9", True),
        ("bytes=5-", True),
        ("bytes=-3", True),
        ("bytes=10-", False),
        ("bytes=-0", False),
        ("bytes=5-3", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
    ],
)
def test_ranges_of_ten_bytes(header: str, fits: bool | None) -> None:
    """RFC 9110 section 14.1.2; what is not one range of bytes is ignored."""
    assert satisfiable(header, 10) is fits


def test_texts_have_a_character_set() -> None:
    """PHP adds it to texts, and to nothing else."""
    assert content_type("text/xml") == "text/xml;charset=UTF-8"
    assert content_type("application/java-archive") == "application/java-archive"
