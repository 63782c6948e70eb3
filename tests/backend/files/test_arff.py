"""The CSV form of ARFF files."""

from pathlib import Path

from backend.files.arff import csv_blocks, csv_header


def test_names_are_quoted() -> None:
    """Quotation marks in them are doubled."""
    assert csv_header(["V1", 'a "b"', "価格"]) == '"V1","a ""b""","価格"\n'.encode()


def test_data_lines_stay_as_they_are(tmp_path: Path) -> None:
    """What is before them goes; letter case of the declaration does not count."""
    path = tmp_path / "x.arff"
    path.write_bytes(b"@RELATION r\n@ATTRIBUTE a REAL\n @Data \r\n1,2\n% 3\r\n4,5")
    assert b"".join(csv_blocks(path, ["a"])) == b'"a"\n1,2\n% 3\r\n4,5'


def test_a_file_without_data_is_a_header(tmp_path: Path) -> None:
    """Nothing is invented."""
    path = tmp_path / "x.arff"
    path.write_bytes(b"@RELATION r\n")
    assert b"".join(csv_blocks(path, ["a"])) == b'"a"\n'
