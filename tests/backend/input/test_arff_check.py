"""What is taken for ARFF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.input.arff_check import ArffError, check_arff

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "@RELATION pond\n@ATTRIBUTE depth REAL\n@attribute 'a b' {still, 'slow water',flowing}\n% comment\n\n@DATA\n"


def fault(tmp_path: Path, text: str) -> str | None:
    """What is wrong with a file of this text."""
    file = tmp_path / "file.arff"
    file.write_text(text, encoding="utf-8")
    try:
        check_arff(file)
    except ArffError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@attribute a numeric\n",
        HEADER,
        HEADER + "1.5,still\n?,'slow water'\r\n -1e3 , \"flowing\" \n% end\n",
        HEADER + "{0 1,1 still}\n{1 'slow water'}\n",
        HEADER + "1,still\n" * 1000 + "no data\n",
        # A text without quotes runs up to its delimiter and is trimmed, with the blanks in it.
        "@attribute colour { light green ,red}\n@attribute d date\n@data\nlight green , 2001-04-03 12:12:12 \n",
        "@attribute a numeric\n@attribute k {a,b}\n@data\n1,\ta\n",
        # A backslash before a quote is no end, and stays; so does it before an even number of them.
        "@attribute 'it\\'s' {'it\\'s'}\n@data\n'it\\'s'\n",
        # Labels that are numbers are compared as numbers.
        "@attribute k {1,2.50,' 3'}\n@data\n1.0\n2.5\n3\n1e0\n",
        # Indices as PHP's intval reads them.
        HEADER + "{x 1,1 still}\n{0.9 1,1e0 still}\n{ 0x1 1, 01 still }\n",
        # Of what is no number, only labels must be there.
        "@attribute a numeric\n@attribute s string\n@attribute d date\n@data\n{0 1}\n",
        "@relation 'no blank behind'\n@attribute a{1,2} {1}\n@attribute 'q'  {1}\n@data\n1,1\n",
        "\0\n@data\n\0\v\n",
        "@attribute a string\n@attribute d date\n@data\nx,'2020-01-01, \\'y\\''\n",
    ],
)
def test_arff(tmp_path: Path, text: str) -> None:
    """Header, dense and sparse rows, quotes, comments; only the first thousand lines of data count."""
    assert fault(tmp_path, text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no arff", "invalid line in ARFF header: no arff (l.1)"),
        ("@relation\tpond", "unsupported header field: @relation\tpond (l.1)"),
        ("@relation a b", "trailing content in @relation line (l.1)"),
        ("@attribute a", "unexpected end of line (l.1)"),
        ("@attribute a FLOAT", "unsupported attribute type: float (l.1)"),
        ("@attribute a date 'yyyy'", "trailing content in @attribute line (l.1)"),
        ("@RELATIONSHIP a", "unsupported header field: @relationship (l.1)"),
        ("@attribute a\tnumeric", "unexpected end of line (l.1)"),
        ("@attribute 'a'numeric", "missing delimiter (l.1)"),
        ("@attribute a {1,2", "format error in nominal attribute declaration (l.1)"),
        ("@attribute a {1,2} % why", "trailing content in @attribute line (l.1)"),
        ("@attribute a % why", "unsupported attribute type:  (l.1)"),
        ("@attribute 'a real", "missing trailing quote in string (l.1)"),
        ("@data now", "trailing content in @data line (l.1)"),
        (HEADER + "one,still", "invalid value for numeric attribute: one (l.7)"),
        (HEADER + "1,calm", "invalid value for nominal attribute: calm (l.7)"),
        (HEADER + "1", "too few feature values  (l.7)"),
        (HEADER + "1 still", "invalid value for numeric attribute: 1 still (l.7)"),
        (HEADER + "1\tstill", "invalid value for numeric attribute: 1\tstill (l.7)"),
        (HEADER + "1,'still'x", "missing delimiter (l.7)"),
        (HEADER + "1,still {5}", "invalid value for nominal attribute: still {5} (l.7)"),
        (HEADER + "1,'slow water\\\\'", "missing trailing quote in string (l.7)"),
        (HEADER + "'1 ',still", "invalid value for numeric attribute: 1  (l.7)"),
        ("@attribute a {'2 '}\n@data\n2", "invalid value for nominal attribute: 2 (l.3)"),
        ("@attribute a numeric\n@data\n{}", "trailing characters on data line  (l.3)"),
        (HEADER + "{-1 1,1 still}", "invalid feature index: -1 (l.7)"),
        (HEADER + "{0\t1,1 still}", "invalid value for numeric attribute: still (l.7)"),
        (HEADER + "1,still,2", "trailing characters on data line  (l.7)"),
        (HEADER + "1,still % why", "trailing characters on data line  (l.7)"),
        (HEADER + "{2 1}", "invalid feature index: 2 (l.7)"),
        (HEADER + "{0 1,1 still", "closing brace missing in sparse data line  (l.7)"),
        (HEADER + "1,still\n{0 1,1 still}", "mixing dense and sparse data lines is invalid"),
    ],
)
def test_no_arff(tmp_path: Path, text: str, message: str) -> None:
    """The message is PHP's and names the line."""
    assert fault(tmp_path, text) == message


@pytest.mark.parametrize(
    "text",
    [HEADER + "{0 1}", HEADER + "{}", HEADER + "{1 still,1 still}", "@attribute a string\n@data\n{0 x}"],
)
def test_sparse_rows_must_name_what_is_no_number(tmp_path: Path, text: str) -> None:
    """A nominal value that is left out is an error; a text or a date is one even when it is there."""
    assert "at least one string, date, or nominal feature value is missing" in str(fault(tmp_path, text))


def test_bytes_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    """Labels in another encoding are labels, and no two of them are the same."""
    file = tmp_path / "file.arff"
    file.write_bytes(b"@attribute k {\xe9,b}\n@data\n\xe9\n\xe8\n")
    with pytest.raises(ArffError, match=r"invalid value for nominal attribute: \uFFFD \(l\.4\)") as told:
        check_arff(file)
    assert not told.value.is_text
