"""What is voted on and downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic_core import PydanticCustomError

from backend.votes.items import ItemId, KnownType

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("text", ["x", "D", "5", "", "dd"])
async def test_only_the_four_letters_are_types(text: str) -> None:
    """Exactly so written; each endpoint has its code."""
    assert KnownType("711").read("d") == "d"
    with pytest.raises(PydanticCustomError) as caught:
        KnownType("711").read(text)
    assert (caught.value.context or {})["code"] == "711"


async def test_an_id_beyond_the_column_is_its_largest() -> None:
    """So PHP's session stores it."""
    assert [ItemId().read(text) for text in ("062", "99999999999", "-99999999999")] == [
        62,
        2**31 - 1,
        -(2**31),
    ]


async def test_own_uploads_and_hidden_data_are_refused(writable: Writable, keys: dict[str, str]) -> None:
    """For all four kinds, and for tasks on such data; what is not there is not refused."""
    answers = {}
    for who, item in (
        ("owner", "d/61"),
        ("writer", "f/16"),
        ("writer", "t/3"),
        ("writer", "r/25"),
        ("writer", "d/130"),
        ("writer", "t/9"),
        ("admin", "d/130"),
        ("writer", "r/999999"),
    ):
        answer = await writable.http.post(f"/votes/up/{item}", params={"api_key": keys[who]})
        answers[who, item] = (answer.status_code, answer.json().get("code"))
    assert list(answers.values()) == [(403, "722")] * 4 + [(403, "112")] * 2 + [(200, None)] * 2
