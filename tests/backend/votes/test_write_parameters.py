"""Reasons of downvotes."""

import pytest
from pydantic_core import PydanticCustomError

from backend.votes.write_parameters import Reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("10", 10),
        ("010", 10),
        ("Rows%20are%20missing", "Rows are missing"),
        ("a%2Fb", "a/b"),
        ("10x", "10x"),
        ("", ""),
    ],
)
def test_a_number_agrees_and_a_text_says_why(raw: str, reason: int | str) -> None:
    """The segment is decoded once."""
    assert Reason().read(raw) == reason


@pytest.mark.parametrize(("raw", "kind"), [("1.5", "id"), ("1e3", "id"), ("%F0%9F%90%9F", "characters")])
def test_what_cannot_be_stored_is_refused(raw: str, kind: str) -> None:
    """Numbers that are no ids, and characters that the column cannot hold."""
    with pytest.raises(PydanticCustomError) as caught:
        Reason().read(raw)
    assert caught.value.type == kind


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Fish \U0001f41f", "Fish ????"),
        ("\udce9x", "?x"),
        ("1e1", 10),
        ("a%41/b", "a%41/b"),
        ("100%", "100%"),
    ],
)
def test_php_stores_what_its_connection_sends(text: str, reason: int | str) -> None:
    """Question marks for what it cannot; PHP has decoded the segment, once."""
    read = Reason()
    assert read.read(read.from_php(text)) == reason
