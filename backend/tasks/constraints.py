"""What a task type demands of the values of its inputs (legacy notes, task 1.5).

A constraint is JSON: ``data_type`` is numeric, json or string, and ``select``, ``from`` and ``where`` say in words of
SQL which values are allowed. They are not run as SQL: a condition is a column that equals something, or several with
AND between them, and the texts of an upload only ever are values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Integer, Select, Table, and_, false, select

from backend import tables
from backend.database.collations import storable
from config.php.numbers import is_numeric

DATA_TYPES = ("numeric", "json", "string")

_INPUT = re.compile(r"\[INPUT:([^\]]*)\]")
_TYPE = "[TASK:ttid]"
_CONDITION = re.compile(
    r"""\s*`?(\w+)`?\s*=\s*(?:"([^"]*)"|'([^']*)'|(\[[^\]]*\]|[+-]?[\w.]+))\s*(?:(AND)(?=\s)|$)""",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")


class IllegalConstraint(ValueError):
    """A constraint that nobody can follow. ``message``: what is wrong with it. ``code``: the legacy code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Constraint:
    """What is demanded of one input.

    Args:
        data_type: One of ``DATA_TYPES``.
        column: Holds the allowed values; None when all of the type are.
        conditions: Column and text with placeholders: which rows count.
    """

    data_type: str
    column: Column[Any] | None = None
    conditions: tuple[tuple[Column[Any], str], ...] = ()

    def has_type(self, value: str) -> bool:
        """Whether a value is of the demanded type, as PHP tells. ``value``: as it was uploaded."""
        if self.data_type == "numeric":
            return is_numeric(value)
        return self.data_type == "string" or is_json(value)

    def allowed(self, inputs: Mapping[str, str], ttid: int) -> Select[tuple[Any]] | None:
        """The statement of all allowed values. ``inputs``: what was uploaded; the placeholder of an input that was not
        stays as it is. Returns a statement of one column; None when all values of the type are allowed.
        """
        if self.column is None:
            return None
        found = select(self.column).order_by(self.column)
        conditions = [_equals(column, _filled(text, inputs, ttid)) for column, text in self.conditions]
        return found.where(and_(*conditions)) if conditions else found


def read_constraint(text: str | None) -> Constraint:
    """Read a constraint. ``text``: as the table has it. Raises IllegalConstraint: it is no JSON object, or its SQL is
    none of the known form (619); it has no known type (620).
    """
    try:
        told = orjson.loads(text or "")
    except orjson.JSONDecodeError as error:
        raise IllegalConstraint(f"its constraint is no JSON: {error}", "619") from error
    if not isinstance(told, dict):
        raise IllegalConstraint("its constraint is no JSON object", "619")
    data_type = told.get("data_type")
    if data_type not in DATA_TYPES:
        raise IllegalConstraint(f"its constraint has no data_type of {', '.join(DATA_TYPES)}", "620")
    if "select" not in told:
        return Constraint(data_type)
    table = tables.metadata.tables.get(f"{tables.EXPERIMENTS}.{told.get('from')}")
    if table is None:
        raise IllegalConstraint(f"its constraint names no table: {told.get('from')}", "619")
    return Constraint(data_type, _column(table, told["select"]), _conditions(table, told.get("where")))


def is_json(text: str) -> bool:
    """Whether a text is JSON; the empty one is not."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _column(table: Table, name: object) -> Column[Any]:
    if not isinstance(name, str) or name not in table.c:
        raise IllegalConstraint(f"its constraint names no column of {table.name}: {name}", "619")
    return table.c[name]


def _conditions(table: Table, where: object) -> tuple[tuple[Column[Any], str], ...]:
    conditions = []
    rest = str(where or "").strip()
    while rest:
        match = _CONDITION.match(rest)
        more = match is not None and match.end() < len(rest)
        if match is None or more != (match[5] is not None):
            raise IllegalConstraint(f"its constraint has a condition of another form: {rest}", "619")
        text = next(group for group in match.group(2, 3, 4) if group is not None)
        conditions.append((_column(table, match[1]), text))
        rest = rest[match.end() :]
    return tuple(conditions)


def _filled(text: str, inputs: Mapping[str, str], ttid: int) -> str:
    # Behind the last bracket that closes there is none; looking for its end from each that opens would be quadratic.
    before, bracket, rest = text.rpartition("]")
    filled = _INPUT.sub(lambda match: inputs.get(match[1], match[0]), before + bracket) + rest
    return filled.replace(_TYPE, str(ttid))


def _equals(column: Column[Any], text: str) -> ColumnElement[bool]:
    """A column equals a text as MySQL compares: a number with what the text begins with, else with 0."""
    if isinstance(column.type, Integer):
        found = _LEADING_NUMBER.match(text)
        number = float(found[1]) if found else 0.0
        return column == int(number) if number.is_integer() and abs(number) < 2**63 else false()
    collation = getattr(column.type, "collation", None)
    return column == text if collation is None or storable(collation, text) else false()
