"""The arrays of evaluations."""

import pytest

from backend.evaluations.array_data import elements, words


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (None, []),
        ("", []),
        ("[]", [""]),
        ("[0.5,1,-2e3]", [0.5, 1, -2000.0]),
        ("[[44,42],[35,13]]", [44, 42, 35, 13]),
        ("[NaN,0.5,?]", ["NaN", 0.5, "?"]),
        ("[ Pretend Corp, 1.7.0_51 ]", ["Pretend Corp", "1.7.0_51"]),
        ("[ 1262.5, 932.0 ]", [1262.5, "932.0"]),
        ("[.5,1.,+1,007]", [".5", "1.", "+1", "007"]),
        ("[1e999]", ["1e999"]),
    ],
)
def test_elements(stored: str | None, shown: list[object]) -> None:
    """Flat; numbers where PHP and JSON both see one, else trimmed text."""
    assert [(type(value), value) for value in elements(stored)] == [(type(value), value) for value in shown]


def test_words_keep_their_spelling() -> None:
    """Numbers stand behind blanks as they are stored."""
    assert words("[ 2.50,a b ,1e999]") == [("2.50", True), ("a b", False), ("1e999", False)]
