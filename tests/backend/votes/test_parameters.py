"""What requests for votes may say."""

import pytest
from pydantic import ValidationError

from backend.votes.parameters import ItemPath, UserItemPath


def test_any_word_is_a_type() -> None:
    """Of an unknown one there are no rows."""
    assert ItemPath.model_validate({"type": "x", "id": "1"}).type == "x"


def test_a_number_is_no_type() -> None:
    """PHP would take it for a user, and knows no such path."""
    with pytest.raises(ValidationError, match="not a number"):
        ItemPath.model_validate({"type": "1", "id": "2"})


def test_behind_a_user_a_number_is_a_type() -> None:
    """PHP tells the path by the user there, and finds no row of such a type."""
    assert UserItemPath.model_validate({"user_id": "2", "type": "1", "id": "61"}).type == "1"
