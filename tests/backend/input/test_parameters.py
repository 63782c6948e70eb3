"""Readers of path segments."""

from typing import Annotated

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from backend.input.parameters import LARGEST, Parameters, PathId, PathText, bounded


class Path(Parameters):
    """An id with a code for 0, and a text."""

    number: Annotated[int, PathId(zero="110")] = 1
    text: Annotated[str, PathText()] = ""


@pytest.mark.parametrize(
    ("segment", "number"),
    [("61", 61), ("061", 61), ("+61", -61), ("-1", -1), ("00", 0), ("-0", 0), ("9" * 5000, LARGEST)],
)
def test_an_id_is_digits_after_an_optional_sign(segment: str, number: int) -> None:
    """Whatever its size; a huge one is one that no row has."""
    assert Path.model_validate({"number": segment}).number == number


@pytest.mark.parametrize(
    ("segment", "kind", "code"),
    [
        ("0", "id_zero", "110"),
        ("abc", "id", "100"),
        ("0x1", "id", "100"),
        ("%31", "id", "100"),
        ("61,62", "id", "100"),
        ("1_0", "id", "100"),
        ("٣", "id", "100"),
        ("1.0", "id", None),
        ("1e1", "id", None),
        (".5", "id", None),
        ("1.", "id", None),
    ],
)
def test_what_is_no_id_has_the_code_of_php(segment: str, kind: str, code: str | None) -> None:
    """100 for what PHP calls not numeric, none for other numbers, the code of "please provide" for 0."""
    with pytest.raises(ValidationError) as refused:
        Path.model_validate({"number": segment})
    [error] = refused.value.errors()
    assert (error["type"], error.get("ctx", {}).get("code")) == (kind, code)


def test_a_text_of_the_path_is_decoded_once() -> None:
    """%2520 is %20, not a blank."""
    assert Path.model_validate({"text": "Life%20Science%2520"}).text == "Life Science%20"


@pytest.mark.parametrize(("text", "number"), [("+27", -27), ("-27", -27), ("027", 27), ("+0", 0)])
def test_an_id_with_a_plus_is_that_of_no_row(text: str, number: int) -> None:
    """PHP's SQL fails of it; nothing is found, and nothing stored."""
    assert PathId().read(text) == number


def test_a_plus_is_refused_where_no_row_is_looked_for() -> None:
    """What is stored or counted by it must not be another number."""
    with pytest.raises(PydanticCustomError):
        PathId(sought=False).read("+27")
    assert PathId(sought=False).read("27") == 27


@pytest.mark.parametrize(
    ("digits", "value"), [("007", 7), ("", 0), (str(2**63 - 1), LARGEST), (str(2**63), LARGEST)]
)
def test_an_integer_is_bounded_by_64_bits(digits: str, value: int) -> None:
    """So that a database can compare it with a column."""
    assert bounded(digits) == value
