"""Faults in the words of the library that PHP 7.4 has."""

import pytest

from backend.input.older_faults import older_column, older_message
from backend.input.xml_documents import IllegalDocument, parse


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Unsupported encoding: nonsense", "Unsupported encoding nonsense"),
        (
            "Invalid bytes in character encoding",
            "Input is not proper UTF-8, indicate encoding !\nBytes: 0xE9 0x3C 0x2F 0x61",
        ),
        ("Entity 'e' not defined", "Entity 'e' not defined"),
    ],
)
def test_some_texts_were_others(message: str, told: str) -> None:
    """Bytes are those where the document is no text any more."""
    assert older_message(message, b"<a>\xe9</a>") == told


@pytest.mark.parametrize(
    ("line", "column", "told"), [(1, 16, 13), (1, 8, 8), (2, 5, 5), (3, 7, 7), (-1, 0, 0)]
)
def test_names_of_end_tags_are_no_columns(line: int, column: int, told: int) -> None:
    """Those before the fault, in its line."""
    assert older_column("Any", line, column, [b"<a><bcd></bcd >&", b"<x/>&"]) == told


def test_a_document_that_cannot_be_read_is_told_so() -> None:
    """The new API has the present library's words."""
    with pytest.raises(IllegalDocument) as unread:
        parse(b"<a><b></b>&e;</a>")
    assert "column 14" in str(unread.value)
    assert "on line 1 column 13. " in unread.value.as_php()
    with pytest.raises(IllegalDocument) as left:
        parse(b'<!DOCTYPE a [<!ENTITY w "x">]><a>&w;</a>')
    assert "xmlSchemaVDocWalk" in left.value.as_php()
    assert "not allowed" in str(left.value)


@pytest.mark.parametrize(
    ("document", "columns"),
    [
        ('<!DOCTYPE d [<!ENTITY w "Words & more">]><d>x &w; y</d>', (39, 50)),
        ("<!DOCTYPE d [<!ENTITY v 'a'><!ENTITY w 'Words & more'>]><d>x &w; y</d>", (54, 65)),
        ('<!DOCTYPE d [<!ENTITY w SYSTEM "Words">]><d>x &v; y</d>', (50,)),
    ],
)
def test_quotes_of_entities_are_columns(document: str, columns: tuple[int, ...]) -> None:
    """A wrong value is told of behind its closing quote, where the next character is."""
    with pytest.raises(IllegalDocument) as unread:
        parse(document.encode())
    told = unread.value.as_php()
    assert [f"column {column}. " in told for column in columns] == [True] * len(columns)
    assert document[columns[-1] - 2] == ";"
