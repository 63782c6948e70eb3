"""What requests for votes may say."""

import pytest
from pydantic import ValidationError

from backend.votes.parameters import ItemPath


def test_any_word_is_a_type() -> None:
    """Of an unknown one there are no rows."""
    assert ItemPath.model_validate({"type": "x", "id": "1"}).type == "x"


def test_a_number_is_no_type() -> None:
    """PHP would take it for a user, and knows no such path."""
    with pytest.raises(ValidationError, match="not a number"):
        ItemPath.model_validate({"type": "1", "id": "2"})
