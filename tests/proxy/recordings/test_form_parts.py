"""Parts of forms as words of a request line, and as bytes."""

from pathlib import Path

import pytest

from proxy.recordings.form_parts import FormPart, PartError, form_of, parts_of, read_part, written


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("tag=a b", FormPart("tag", b"a b")),
        ("tag=", FormPart("tag", b"")),
        ("a=b=c", FormPart("a", b"b=c")),
        ("a=b;type=text/xml", FormPart("a", b"b", None, "text/xml")),
        ('a="b;c";filename="d\\"e";type=f', FormPart("a", b"b;c", 'd"e', "f")),
        ("a=@data.txt", FormPart("a", b"content", "data.txt")),
        ("a=@data.txt;filename=b", FormPart("a", b"content", "b")),
        ("a=<data.txt", FormPart("a", b"content")),
        ('a="@data.txt"', FormPart("a", b"@data.txt")),
    ],
)
def test_a_part_is_read_as_curl_reads_it(tmp_path: Path, word: str, part: FormPart) -> None:
    """Fields, files, texts of files; quotes keep a text from being anything else."""
    (tmp_path / "data.txt").write_bytes(b"content")
    assert read_part(word, tmp_path) == part


@pytest.mark.parametrize("word", ["tag", "=a", "a=b;c=d", "a=@nothing"])
def test_another_word_is_refused(tmp_path: Path, word: str) -> None:
    """With a sentence."""
    with pytest.raises(PartError):
        read_part(word, tmp_path)


ODD = (
    FormPart("a", b""),
    FormPart('b"', b'"\\;@<', 'c\r\n"', "text/xml"),
    FormPart("d", b"--parity-\r\n\r\n"),
    FormPart("e", "\u00e9\U0001f600\x00".encode(), ""),
)


@pytest.mark.parametrize("part", ODD)
def test_what_is_written_is_read(tmp_path: Path, part: FormPart) -> None:
    """Whatever a part holds."""
    assert read_part(written(part), tmp_path) == part


def test_the_parts_of_a_form_are_found_again() -> None:
    """Of another body they are not guessed."""
    header, body = form_of(ODD)
    assert parts_of((header,), body) == list(ODD)
    assert parts_of((header,), body + b"x") is None
    assert parts_of((("Content-Type", "text/xml"),), b"<a/>") is None
