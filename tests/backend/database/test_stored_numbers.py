"""Numbers that are stored as text."""

import pytest

from backend.database.stored_numbers import float_or_text, integer_or_text, literal


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("63", 63.0),
        (" 0.6 ", 0.6),
        ("-1.5e-3", -0.0015),
        ("007", "007"),
        ("NaN", "NaN"),
        ("1_0", "1_0"),
        ("0x1f", "0x1f"),
        ("1e999", "1e999"),
        ("1.", "1."),
        (".5", ".5"),
    ],
)
def test_a_stored_number_is_a_float(stored: str, read: float | str) -> None:
    """What is no number of the contract's grammar stays text."""
    found = float_or_text(stored)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("stored", "read"), [("2", 2), ("01", "01"), ("1.0", "1.0"), (str(2**70), str(2**70))]
)
def test_a_stored_integer_is_an_integer(stored: str, read: int | str) -> None:
    """What JSON clients cannot hold stays text."""
    assert integer_or_text(stored) == read


@pytest.mark.parametrize(("stored", "read"), [("10", 10), ("2.0", 2.0), ("True", "True")])
def test_a_literal_is_what_it_is_written_as(stored: str, read: float | str) -> None:
    """Integer, else float, else text."""
    found = literal(stored)
    assert (found, type(found)) == (read, type(read))
