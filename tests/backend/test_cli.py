"""The command line: what it does, and how it says that it cannot."""

import sys
from pathlib import Path

import pytest

from backend.cli import main


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run a command in this process; the exit status."""
    monkeypatch.setattr(sys, "argv", ["openml-backend", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_a_folder_is_loaded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sample: Path, tmp_path: Path
) -> None:
    """Loading creates the database and copies the stored files."""
    database = f"sqlite:///{tmp_path / 'new.db'}"
    files = tmp_path / "files"
    status = run(monkeypatch, "load", "--from", str(sample), "--database", database, "--files", str(files))
    assert status == 0
    assert capsys.readouterr().out.startswith("loaded 15388 rows")
    assert (files / "dataset_structured/0/61/petal-marks.arff").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--database", "sqlite:////nowhere/x.db"], "there is no file /nowhere/x.db"),
        (["serve", "--database", "nonsense"], "'nonsense' is no database URL"),
        (["serve", "--config", "/nowhere"], "/nowhere: no such directory"),
        (["serve", "--public-url", "nonsense"], "public_url: must be an http or https URL"),
        (["openapi", "--write", "/nowhere/x.json"], "/nowhere/x.json cannot be written"),
        (["serve", "--files", "/nowhere"], "there is no directory /nowhere"),
        (
            ["load", "--from", "/nowhere", "--database", "sqlite:////nowhere/x.db"],
            "/nowhere/openml: no such folder",
        ),
    ],
)
def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """What is wrong is said in one line, with status 2 and no traceback."""
    status = run(monkeypatch, *words)
    error = capsys.readouterr().err
    assert status == 2
    assert error.count("\n") == 1
    assert said in error


def test_the_document_is_printed_and_written_alike(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    """With `--write` into a file, else on stdout."""
    for words in (["--write", str(tmp_path / "openapi.json")], []):
        assert run(monkeypatch, "openapi", *words) == 0
    assert capfdbinary.readouterr().out == (tmp_path / "openapi.json").read_bytes() != b""
