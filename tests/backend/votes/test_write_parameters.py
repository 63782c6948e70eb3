"""Reasons of downvotes."""

from urllib.parse import unquote

import pytest
from pydantic_core import PydanticCustomError

from backend.input.fields import EntityId
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


@pytest.mark.parametrize("raw", ["1.5", "1e3", "%201.0"])
def test_a_number_that_is_no_id_waits_for_the_handler(raw: str) -> None:
    """PHP asks first whether one may vote."""
    assert Reason().read(raw) == EntityId(unquote(raw), None)


def test_what_cannot_be_stored_is_refused() -> None:
    """Characters that the column cannot hold."""
    with pytest.raises(PydanticCustomError) as caught:
        Reason().read("%F0%9F%90%9F")
    assert caught.value.type == "characters"
