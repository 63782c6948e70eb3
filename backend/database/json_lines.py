"""Rows of JSON Lines files, checked against the tables that they are for."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Column, DateTime, Float, Integer, LargeBinary, String, Table

from backend.database.collations import storable
from backend.tables import EXPERIMENTS, USERS, metadata
from config.errors import BadInput

Row = dict[str, object]

_ENDINGS = (".jsonl", ".jsonl.gz")


class LoadError(BadInput):
    """A database cannot be loaded; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """The rows of one table. ``path``: of the JSON Lines file, gzipped when its name ends in .gz."""

    table: Table
    path: Path


def table_files(source: Path) -> list[TableFile]:
    """Find the files of a sample folder.

    ``source``: a folder with the folders `openml` and `openml_expdb`. Returns the files, those of referred tables
    first. Raises LoadError: a folder is missing, or a file is for no table of its database, or for one that another
    file is for.
    """
    found: dict[str, TableFile] = {}
    for schema in (USERS, EXPERIMENTS):
        folder = source / schema
        if not folder.is_dir():
            raise LoadError(f"{folder}: no such folder; right would be DIR/{USERS} and DIR/{EXPERIMENTS}")
        for path in sorted(folder.iterdir()):
            ending = next((ending for ending in _ENDINGS if path.name.endswith(ending)), None)
            if ending is None:
                continue
            name = path.name.removesuffix(ending)
            table = metadata.tables.get(f"{schema}.{name}")
            if table is None:
                raise LoadError(f"{path}: the database {schema} has no table {name!r}")
            if table.key in found:
                raise LoadError(f"{path}: the table {name!r} is already in {found[table.key].path.name}")
            found[table.key] = TableFile(table, path)
    return [found[table.key] for table in metadata.sorted_tables if table.key in found]


def read_rows(file: TableFile) -> Iterator[Row]:
    """Read the rows of one file.

    ``file``: the file; each line is an object of column names and values. Yields rows as their table takes them:
    moments as datetime. Raises LoadError: a line is no object, or has a column or a value that the table does not
    have.
    """
    readers = {column.name: _reader(column) for column in file.table.columns}
    needed = [
        column.name
        for column in file.table.columns
        if not (column.nullable or column.server_default is not None or column is _numbering(file.table))
    ]
    # gzip.open and open agree on what is used here: lines of bytes.
    opener = gzip.open if file.path.suffix == ".gz" else open
    at = 1
    try:
        with opener(file.path, "rb") as lines:
            for line in lines:
                row = orjson.loads(line)
                if not isinstance(row, dict):
                    raise ValueError("not an object")
                for name in needed:
                    if name not in row:
                        raise ValueError(f"column {name!r} is missing")
                yield {name: _read(readers, name, value) for name, value in row.items()}
                at += 1
    except (ValueError, OSError, EOFError) as error:
        raise LoadError(f"{file.path}, line {at}: {error}") from error


def _numbering(table: Table) -> Column[Any] | None:
    return table.autoincrement_column


def _read(readers: dict[str, Callable[[object], object]], name: str, value: object) -> object:
    reader = readers.get(name)
    if reader is None:
        raise ValueError(f"there is no column {name!r}")
    try:
        return reader(value)
    except ValueError as error:
        raise ValueError(f"column {name!r}: {error}") from error


def _reader(column: Column[Any]) -> Callable[[object], object]:
    read = _of_type(column)

    def reader(value: object) -> object:
        if value is not None:
            return read(value)
        if not column.nullable:
            raise ValueError("null, where a value is needed")
        return None

    return reader


def _of_type(column: Column[Any]) -> Callable[[object], object]:
    kind = column.type
    if isinstance(kind, DateTime):
        return _moment
    if isinstance(kind, Integer):
        return lambda value: _only(value, int)
    if isinstance(kind, Float):
        return lambda value: _only(value, int, float)
    if isinstance(kind, LargeBinary):
        return lambda value: str(_only(value, str)).encode()
    if isinstance(kind, String):
        length, collation = kind.length, kind.collation or ""
        return lambda value: _text(value, length, collation)
    raise TypeError(f"no reader for the type of {column}")


def _only(value: object, *types: type) -> object:
    if isinstance(value, types) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is not {' or '.join(kind.__name__ for kind in types)}")


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(str(_only(value, str)))
    if moment.tzinfo is not None or moment.microsecond:
        raise ValueError(f"{value!r} is not YYYY-MM-DD HH:MM:SS")
    return moment


def _text(value: object, length: int | None, collation: str) -> str:
    text = str(_only(value, str))
    if length is not None and len(text) > length:
        raise ValueError(f"{len(text)} characters, where {length} is the most")
    if not storable(collation, text):
        raise ValueError(f"{text!r} has characters that {collation} cannot store")
    return text
