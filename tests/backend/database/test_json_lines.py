"""backend.database.json_lines: rows are checked before they come near a database."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from backend.database.json_lines import LoadError, TableFile, read_rows, table_files
from backend.tables import data_processed, groups, study, study_tag


def written(folder: Path, name: str, content: str) -> Path:
    """A file with this content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def source(folder: Path) -> Path:
    """An empty source: both folders and no file."""
    for name in ("openml", "openml_expdb"):
        (folder / name).mkdir()
    return folder


def test_files_come_in_the_order_of_their_references(tmp_path: Path) -> None:
    """A table comes after those that its foreign keys refer to."""
    base = source(tmp_path)
    for name in ("openml_expdb/study_tag.jsonl", "openml_expdb/study.jsonl", "openml/users.jsonl.gz"):
        written(base, name, "")
    assert [file.table.name for file in table_files(base)] == ["users", "study", "study_tag"]


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    """A note beside the rows is no table."""
    base = source(tmp_path)
    written(base, "openml/README.md", "notes")
    assert table_files(base) == []


def test_an_unknown_table_is_named(tmp_path: Path) -> None:
    """A file for a table of the other database is unknown too."""
    base = source(tmp_path)
    written(base, "openml/dataset.jsonl", "")
    with pytest.raises(LoadError, match=r"openml/dataset\.jsonl: the database openml has no table 'dataset'"):
        table_files(base)


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    """Nobody can say which of them is meant."""
    base = source(tmp_path)
    written(base, "openml/users.jsonl", "")
    written(base, "openml/users.jsonl.gz", "")
    with pytest.raises(LoadError, match=r"users\.jsonl\.gz: the table 'users' is already in users\.jsonl"):
        table_files(base)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A source needs both folders."""
    with pytest.raises(LoadError, match="openml: no such folder"):
        table_files(tmp_path)


def test_moments_become_datetimes(tmp_path: Path) -> None:
    """The drivers and SQLAlchemy take datetimes for DATETIME columns."""
    line = '{"study_id": 1, "tag": "t", "window_start": "2014-01-02 03:04:05"}\n'
    file = TableFile(study_tag, written(tmp_path, "x.jsonl", line))
    assert list(read_rows(file)) == [
        {"study_id": 1, "tag": "t", "window_start": datetime(2014, 1, 2, 3, 4, 5)}  # noqa: DTZ001  # no zone
    ]


def test_gzipped_files_read_alike(tmp_path: Path) -> None:
    """Each file may be compressed by itself."""
    path = tmp_path / "groups.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": 1, "name": "a", "description": ""}\n'))
    assert list(read_rows(TableFile(groups, path))) == [{"id": 1, "name": "a", "description": ""}]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "unexpected end"),
        ("[1]", "not an object"),
        ('{"did": 1}', "column 'evaluation_engine_id' is missing"),
        ('{"more": 1}', "column 'did' is missing"),
        ('{ROW, "more": 1}', "there is no column 'more'"),
        ('{ROW, "num_tries": "3"}', "column 'num_tries': '3' is not int"),
        ('{ROW, "num_tries": true}', "column 'num_tries': True is not int"),
        ('{ROW, "num_tries": null}', "column 'num_tries': null, where a value is needed"),
        ('{ROW, "processing_date": "yesterday"}', "column 'processing_date': Invalid isoformat"),
        ('{ROW, "processing_date": "2014-01-02T03:04:05+01:00"}', "is not YYYY-MM-DD HH:MM:SS"),
        ('{ROW, "error": "\U0001f600"}', "characters that utf8mb3_unicode_ci cannot store"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    """The message has the file, the line, the column and what is wrong."""
    row = '"did": 1, "evaluation_engine_id": 1, "user_id": 1, "processing_date": "2014-01-02 03:04:05"'
    path = written(tmp_path, "x.jsonl", f"{{{row}}}\n{line.replace('ROW', row)}\n")
    with pytest.raises(LoadError) as caught:
        list(read_rows(TableFile(data_processed, path)))
    assert f"{path}, line 2: " in str(caught.value)
    assert says in str(caught.value)


def test_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """A server without strict mode would cut it in silence."""
    row = '{"id": 1, "name": "%s", "description": ""}' % ("x" * 21)
    file = TableFile(groups, written(tmp_path, "x.jsonl", row))
    with pytest.raises(LoadError, match="column 'name': 21 characters, where 20 is the most"):
        list(read_rows(file))


def test_columns_with_a_default_may_be_left_out(tmp_path: Path) -> None:
    """The server fills them in."""
    row = '{"name": "s", "description": "", "creation_date": "2014-01-02 03:04:05", "creator": 1}'
    file = TableFile(study, written(tmp_path, "x.jsonl", row))
    assert [sorted(row) for row in read_rows(file)] == [["creation_date", "creator", "description", "name"]]


def test_damaged_compression_is_named(tmp_path: Path) -> None:
    """A file that is not gzip is a LoadError like any other."""
    file = TableFile(groups, written(tmp_path, "groups.jsonl.gz", "{}"))
    with pytest.raises(LoadError, match=r"groups\.jsonl\.gz, line 1: Not a gzipped file"):
        list(read_rows(file))
