"""Readers of list filters."""

from typing import Annotated

import pytest
from pydantic import ValidationError

from backend.input.filters import (
    MAX_IDS,
    DigitText,
    Interval,
    OptionalDigits,
    OptionalIds,
    OptionalLimit,
    OptionalRange,
    OptionalText,
    Range,
    Status,
)
from backend.input.parameters import Parameters


class Filters(Parameters):
    """One filter of each kind."""

    limit: OptionalLimit = None
    offset: OptionalDigits = None
    ids: OptionalIds = None
    version: Annotated[str | None, DigitText()] = None
    tag: OptionalText = None
    number: OptionalRange = None
    status: Annotated[str | None, Status()] = "active"


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("limit", "010", 10),
        ("limit", 5, 5),
        ("limit", str(2**64), None),
        ("offset", "0", 0),
        ("ids", "1,02,2", (1, 2)),
        ("ids", ["1,2", "3"], (1, 2, 3)),
        ("ids", [1, "2"], (1, 2)),
        ("ids", 7, (7,)),
        ("version", "01", "01"),
        ("version", 1, "1"),
        ("tag", "Life Science\n", "Life Science\n"),
        ("number", "898", Interval(898, 898)),
        ("number", " 8.98e2 .. 9E2 ", Interval(898, 900)),
        ("number", "-5..5", Interval(-5, 5)),
        ("number", 0.5, Interval(0.5, 0.5)),
        ("status", "ACTIVE  ", "active"),
        ("status", "all", None),
    ],
)
def test_a_filter_is_read(name: str, given: object, read: object) -> None:
    """Text of a query and values of a JSON body are read alike."""
    assert getattr(Filters.model_validate({name: given}), name) == read


@pytest.mark.parametrize(
    ("name", "given", "kind"),
    [
        ("limit", "0", "limit_zero"),
        ("limit", "1,2", "digits"),
        ("limit", ["1", "2"], "digits"),
        ("limit", True, "digits"),
        ("limit", 1.0, "digits"),
        ("offset", "-1", "digits"),
        ("offset", "٣", "digits"),
        ("ids", "1,", "digit_list"),
        ("ids", [], "digit_list"),
        ("ids", [-1], "digit_list"),
        ("ids", ["1", None], "digit_list"),
        ("version", "1,2", "digits"),
        ("tag", "ü", "characters"),
        ("tag", "a+b", "characters"),
        ("tag", ["a", "b"], "characters"),
        ("number", "1..", "range"),
        ("number", "1..2..3", "range"),
        ("number", "0x1", "range"),
        ("number", "(1)", "range"),
        ("number", "1_0", "range"),
        ("number", "1*2", "characters"),
        ("status", "ALL", "status"),
        ("status", "bogus", "status"),
    ],
)
def test_what_is_no_filter_value_says_how_it_is_wrong(name: str, given: object, kind: str) -> None:
    """The type of the error decides the legacy code."""
    with pytest.raises(ValidationError) as refused:
        Filters.model_validate({name: given})
    assert [error["type"] for error in refused.value.errors()] == [kind]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("(150)", "150"),
        ("1..2..3", "1..2"),
        ("1..2..0", "1..2..0"),
        ("1..2..x", "1..2..x"),
        ("1..2", "1..2"),
        ("abc", "abc"),
    ],
)
def test_a_size_is_part_of_a_condition_of_phps_sql(text: str, read: str) -> None:
    """What it makes of parentheses, and of a number behind a range: true, or false."""
    assert Range().from_php(text) == read


def test_numbers_beyond_a_double_find_nothing() -> None:
    """PHP's SQL fails on them, which it takes for no results."""
    interval = Filters.model_validate({"number": "0..1e999"}).number
    assert interval is not None
    assert interval.low > interval.high


def test_a_set_of_ids_has_a_limit() -> None:
    """One statement cannot hold any number of them."""
    with pytest.raises(ValidationError, match="at most"):
        Filters.model_validate({"ids": list(range(MAX_IDS + 1))})
