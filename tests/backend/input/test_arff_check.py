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
        ("@relation\tpond", "unsupported header field: relation\tpond (l.1)"),
        ("@relation a b", "trailing content in @relation line (l.1)"),
        ("@attribute a", "unexpected end of line (l.1)"),
        ("@attribute a FLOAT", "unsupported attribute type: float (l.1)"),
        ("@attribute a date 'yyyy'", "trailing content in @attribute line (l.1)"),
        ("@attribute a {x y}", "format error in nominal attribute declaration (l.1)"),
        ("@attribute 'a real", "missing trailing quote in string (l.1)"),
        ("@data now", "trailing content in @data line (l.1)"),
        (HEADER + "one,still", "invalid value for numeric attribute: one (l.7)"),
        (HEADER + "1,calm", "invalid value for nominal attribute: calm (l.7)"),
        (HEADER + "1", "too few feature values  (l.7)"),
        (HEADER + "1 still", "missing delimiter (l.7)"),
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
    "text", [HEADER + "{0 1}", "@attribute a string\n@data\n{0 x}", "@attribute a date\n@data\n{}"]
)
def test_sparse_rows_must_name_what_is_no_number(tmp_path: Path, text: str) -> None:
    """A nominal value that is left out is an error; a text or a date is one even when it is there."""
    assert "at least one string, date, or nominal feature value is missing" in str(fault(tmp_path, text))
