"""Letters that PHP's htmlentities() gives a name: those of HTML 4.01."""

from html.entities import name2codepoint
from pathlib import Path

from diffing.deviations import load_registry


def test_only_letters_with_a_name_break_a_flow() -> None:
    """No other letter, of all that the database can hold."""
    letters = load_registry(Path("config")).by_id["flow-named-entities"].when.shows_any[0].matches
    assert letters is not None
    named = {chr(code) for code in name2codepoint.values()} - set('"&<>')
    assert {letter for letter in map(chr, range(0x20, 0xD800)) if letters.fullmatch(letter)} == named
