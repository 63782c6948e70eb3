"""Readers of the fields of a write."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from backend.input.fields import NOT_GIVEN, EntityId, FieldText, Id, IdField, given
from backend.input.parameters import LARGEST, Parameters


class Fields(Parameters):
    """An id and a text."""

    number: Id = NOT_GIVEN
    text: FieldText = ""


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (61, EntityId("61", 61)),
        ("061", EntityId("061", 61)),
        ("-1", EntityId("-1", -1)),
        (" 61", EntityId("61", 61)),
        ("61 ", EntityId("61", 61)),
        ("61\n", EntityId("61", 61)),
        ("\t61", EntityId("61", 61)),
        ("61%20", EntityId("61", 61)),
        ("%36%31", EntityId("61", 61)),
        ("+61", EntityId("+61", -61)),
        (" 0", EntityId(" 0", 0)),
        ("6 1", EntityId("6 1", None)),
        ("\u0661", EntityId("\u0661", None)),
        ("0x3d", EntityId("0x3d", None)),
        ("9" * 30, EntityId("9" * 30, LARGEST)),
        ("61abc", EntityId("61abc", None)),
        ("", NOT_GIVEN),
        (["1", "2"], EntityId("2", 2)),
    ],
)
def test_an_id_keeps_its_text(value: Any, read: EntityId) -> None:
    """The answer echoes what was sent; what is no integer is the handler's to refuse."""
    assert Fields.model_validate({"number": value}).number == read


def test_a_number_that_is_no_id_may_have_a_plus() -> None:
    """No row is looked for by it."""
    assert IdField(sought=False).read("+61") == EntityId("+61", 61)


@pytest.mark.parametrize(
    "field", [{"number": True}, {"number": 1.5}, {"number": {}}, {"text": 1}, {"text": [1]}]
)
def test_other_types_are_refused(field: dict[str, Any]) -> None:
    """JSON has types, and they count."""
    with pytest.raises(ValidationError):
        Fields.model_validate(field)


def test_the_last_of_a_repeated_field_counts() -> None:
    """As in PHP."""
    assert Fields.model_validate({"text": ["a", "b"]}).text == "b"


@pytest.mark.parametrize(
    ("field", "is_given"),
    [
        ("", False),
        ("0", False),
        ("00", True),
        (NOT_GIVEN, False),
        (EntityId("0", 0), False),
        (EntityId(" 0", 0), True),
        (EntityId("1", 1), True),
    ],
)
def test_zero_is_not_given(field: EntityId | str, is_given: bool) -> None:
    """PHP takes the text 0 for nothing."""
    assert given(field) is is_given
