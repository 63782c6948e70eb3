"""Rows as PHP's database connection stores them: without strict mode, on both databases the same.

PHP takes the strict modes out of its sessions (legacy notes, schema: "Connection facts"): text that is too long is
cut, text in a number column counts as far as it is a number, an enumeration takes what it does not know as empty
text, and a column that an insert leaves out gets the default of its type. MariaDB would do so by itself, SQLite not
at all; so it is done here for both. An explicit NULL where none may be stays an error of the database.

Text with characters beyond U+FFFF, which the columns cannot hold, is refused (422). In PHP's dialect it is stored as
PHP's connection sends it, with a question mark for each byte of such a character.
"""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Column, DateTime, Float, Integer, String, Table, Text, text
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from backend.database.collations import storable
from backend.database.conflicts import TableRule, rule_of
from backend.problems import InputError, InputProblem
from backend.tables import EXPERIMENTS

_MYSQL = mysql.dialect()
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_NO_UTF8 = re.compile("[\ud800-\udfff]")
_MUTILATED = "????"
_mutilating: ContextVar[bool] = ContextVar("mutilating", default=False)
_NUMBER = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_LARGEST_DOUBLE = 1.7976931348623157e308
_TEXT_BYTES = {mysql.TINYTEXT: 255, mysql.MEDIUMTEXT: 2**24 - 1}
_BITS = {mysql.TINYINT: 8, mysql.SMALLINT: 16, mysql.MEDIUMINT: 24, mysql.INTEGER: 32, mysql.BIGINT: 64}


@contextmanager
def as_php_sends() -> Iterator[None]:
    """Within it, characters beyond U+FFFF are stored as PHP's connection sends them."""
    token = _mutilating.set(True)
    try:
        yield
    finally:
        _mutilating.reset(token)


def as_sent(text: str) -> str:
    """A text as PHP's connection sends it: without characters beyond U+FFFF, and bytes that are no UTF-8. ``text``:
    the text, with such bytes as surrogate escapes.
    """
    return _NO_UTF8.sub("?", _BEYOND.sub(_MUTILATED, text))


def coerced(table: Table, values: Mapping[str, object], *, complete: bool = False) -> dict[str, Any]:
    """What a row holds after these values were written. ``values``: by column: text, number, datetime or None; a text
    may stand for a number. ``complete``: fill in what an insert leaves out. Returns the values to write.

    Raises:
        InputProblem: A text has characters that no column can hold.
        KeyError: The table has no such column, or a date is left out.
    """
    row = {name: _value(table.c[name], value) for name, value in values.items()}
    if complete:
        for column in table.columns:
            left_out = column.name not in row and not column.nullable and column.server_default is None
            if left_out and column is not table.autoincrement_column:
                row[column.name] = _implicit(column)
    return row


async def insert(connection: AsyncConnection, table: Table, values: Mapping[str, object]) -> int:
    """Insert a row. ``values``: by column. Returns the number that the database gave the row; 0 when the table numbers
    none.

    Raises:
        IntegrityError: The row breaks a rule of the table (see ``backend.database.conflicts``).
        InputProblem: A text has characters that no column can hold.
    """
    row = coerced(table, values, complete=True)
    done = await connection.execute(insert_into(table).inline().values(row))
    return int(done.lastrowid or 0) if table.autoincrement_column is not None else 0


async def insert_ignoring(connection: AsyncConnection, table: Table, values: Mapping[str, object]) -> bool:
    """MySQL's INSERT IGNORE: a row that breaks a rule of the table is not stored, and that is no error. ``values``: by
    column. Returns whether the row is new. Raises InputProblem: a text has characters that no column can hold.
    """
    try:
        await insert(connection, table, values)
    except IntegrityError as error:
        if rule_of(error) is TableRule.OTHER:
            raise
        if connection.dialect.name == "sqlite" and table.autoincrement_column is not None:
            await _use_up_number(connection, table)
        return False
    return True


async def _use_up_number(connection: AsyncConnection, table: Table) -> None:
    """A refused row uses up its number, as InnoDB has it, so that the rows after it get the same on both."""
    schema = "main" if table.schema == EXPERIMENTS else table.schema
    await connection.execute(
        text(f"UPDATE {schema}.sqlite_sequence SET seq = seq + 1 WHERE name = :name"), {"name": table.name}
    )


def _value(column: Column[Any], value: object) -> Any:
    if value is None:
        return None
    kind = column.type.dialect_impl(_MYSQL)
    if isinstance(kind, DateTime):
        if not isinstance(value, datetime):
            raise TypeError(f"{column} takes a datetime, not {value!r}")
        return value
    if isinstance(kind, Integer):
        return _integer(kind, value)
    if isinstance(kind, Float):
        return _double(value)
    if isinstance(kind, String):
        return _text(column, kind, value if isinstance(value, str) else str(value))
    return value


def _integer(kind: TypeEngine[Any], value: object) -> int:
    if isinstance(value, str):
        found = _NUMBER.match(value)
        # An exponent can ask for more digits than there is memory.
        number = Decimal(found[1]) if found else Decimal(0)
        whole = (
            int(number.to_integral_value(ROUND_HALF_UP))
            if number.adjusted() < 30
            else int(math.copysign(2**70, number))
        )
    else:
        whole = int(Decimal(str(value)).to_integral_value(ROUND_HALF_UP))
    bits: int = next(bits for cls, bits in _BITS.items() if isinstance(kind, cls))
    lowest = 0 if getattr(kind, "unsigned", False) else -(1 << (bits - 1))
    return min(max(whole, lowest), lowest + (1 << bits) - 1)


def _double(value: object) -> float:
    if isinstance(value, str):
        found = _NUMBER.match(value)
        value = float(found[1]) if found else 0.0
    number = float(str(value))
    return min(max(number, -_LARGEST_DOUBLE), _LARGEST_DOUBLE)


def _text(column: Column[Any], kind: String, text: str) -> str:
    collation = kind.collation or ""
    if _BEYOND.search(text) and _mutilating.get():
        text = as_sent(text)
    elif _BEYOND.search(text):
        message = "Characters beyond U+FFFF cannot be stored"
        error: InputError = {
            "type": "characters",
            "loc": ["body", column.name],
            "msg": message,
            "input": text,
        }
        raise InputProblem(f"{column.name}: {message}.", [error])
    if isinstance(kind, mysql.ENUM):
        known = {member.lower(): member for member in kind.enums}
        return known.get(text.rstrip(" ").lower(), "")
    if not storable(collation, text):
        text = "".join(character if storable(collation, character) else "?" for character in text)
    if isinstance(kind, Text | mysql.TINYTEXT | mysql.MEDIUMTEXT):
        limit = next((size for cls, size in _TEXT_BYTES.items() if isinstance(kind, cls)), 65_535)
        encoding = "cp1252" if collation.startswith("latin1_") else "utf-8"
        encoded = text.encode(encoding, "replace")
        return text if len(encoded) <= limit else encoded[:limit].decode(encoding, "ignore")
    return text if kind.length is None else text[: kind.length]


def _implicit(column: Column[Any]) -> Any:
    """The default of the type (MySQL manual, "Data Type Default Values")."""
    kind = column.type.dialect_impl(_MYSQL)
    if isinstance(kind, DateTime):
        raise KeyError(f"{column} needs a value: there is no date for its implicit default")
    if isinstance(kind, mysql.ENUM):
        return kind.enums[0]
    return "" if isinstance(kind, String) else 0
