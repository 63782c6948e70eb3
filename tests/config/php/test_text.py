"""Text as PHP's JSON shows it."""

import pytest

from config.php.text import csv_fields, special_characters, split_commas, trimmed, trimmed_or_empty


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (None, None),
        (" a\r\nb\rc\t\0\v", "a\nb\nc"),
        ("\u00a0a\f", "\u00a0a\f"),
        ("  ", ""),
    ],
)
def test_text_is_trimmed_as_php_does(stored: str | None, shown: str | None) -> None:
    """No-break space and form feed stay; line ends are one."""
    assert trimmed(stored) == shown
    assert trimmed_or_empty(stored) == (shown or "")


@pytest.mark.parametrize(
    ("stored", "fields"),
    [
        (None, []),
        ("", []),
        ("Alice, Bob", ["Alice", "Bob"]),
        ('"Alice, Bob"', ["Alice, Bob"]),
        ('"Alice","Bob"', ["Alice", "Bob"]),
        ('""', []),
        ('"",""', ["", ""]),
        ('"She said ""hi""",O\'Neil', ['She said "hi"', "O'Neil"]),
        ('"back\\"slash", plain', ['back\\"slash', "plain"]),
        ("Ada,", ["Ada", ""]),
        (",", ["", ""]),
        ("Ada\nBoris", ["Ada"]),
        ('"Ada\nVellum","Boris"', ["Ada\nVellum", "Boris"]),
        ('  "a" b, c', ["a b", "c"]),
        ('"open', []),
        ('a,"open', []),
        ('""",","', []),
        ('"a\\"', []),
        ('"open\n', ["open"]),
        ('a,"op\nen', ["a", "op\nen"]),
        ('"Doe, Jane",""Q" Smith","x"', ["Doe, Jane", 'Q" Smith"', "x"]),
        ("Ada\rVellum,Boris\r\nGus", ["Ada\nVellum", "Boris"]),
        (" ", []),
        ("0", ["0"]),
    ],
)
def test_the_first_csv_record_is_split_as_php_does(stored: str | None, fields: list[str]) -> None:
    """Quotation decides, and an unquoted line end ends it."""
    assert csv_fields(stored) == fields


@pytest.mark.parametrize(
    ("stored", "parts"),
    [(None, []), (" ", []), ("y1,y2", ["y1", "y2"]), ('"a, b"', ['"a', 'b"']), ("a,", ["a", ""])],
)
def test_commas_split_whatever_the_quotation(stored: str | None, parts: list[str]) -> None:
    """Quotation marks stay in the parts."""
    assert split_commas(stored) == parts


def test_text_for_html() -> None:
    """Single quotes and letters stay."""
    assert special_characters("<é & \"a\" 'b'>") == "&lt;é &amp; &quot;a&quot; 'b'&gt;"
