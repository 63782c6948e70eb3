"""Floating point numbers as the database server prints them.

PHP hands on the server's text of a DOUBLE (legacy notes, data: all values arrive as text), and the text
differs from Python's: 1e15 is `1e15` and 1e-07 is `0.0000001`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

# Of the decimal point: 1e15 and 1e-16 are the first numbers that get an exponent.
_FIRST_PLAIN = -14
_LAST_PLAIN = 15


def double_text(value: float | None) -> str | None:
    """The text of a DOUBLE as MariaDB prints it. Returns the shortest digits that give the number back; None for
    None.
    """
    if value is None:
        return None
    sign, digit_tuple, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    digits = "".join(map(str, digit_tuple))
    if digits == "0":
        return "0"
    minus = "-" if sign else ""
    point = len(digits) + int(exponent)
    if _FIRST_PLAIN <= point <= _LAST_PLAIN or _FIRST_PLAIN <= point < len(digits):
        if point <= 0:
            return f"{minus}0.{'0' * -point}{digits}"
        if point >= len(digits):
            return f"{minus}{digits}{'0' * (point - len(digits))}"
        return f"{minus}{digits[:point]}.{digits[point:]}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{minus}{digits[0]}{fraction}e{point - 1}"


SQLITE_NAME = "server_text"
"""Name under which each SQLite connection has double_text."""


class server_text(GenericFunction[str]):  # noqa: N801  # an SQL function, written like one
    """SQL: the number as text, as the server prints it, on every database."""

    type = String()
    name = SQLITE_NAME
    inherit_cache = True


@compiles(server_text, "mysql", "mariadb")
def _cast(element: server_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS CHAR)"
