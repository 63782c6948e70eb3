"""Which rule of a table a statement broke, as both databases say it; and what the caller is told then.

Checking first and writing then is not enough: somebody else may write in between. So the last word is the
database's, and its refusal becomes the same answer as that of the check, never a 500.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from sqlalchemy.exc import IntegrityError

from backend.problems import Problem


class TableRule(Enum):
    """A rule of a table."""

    UNIQUE = auto()
    """There is a row with this key."""
    REFERENCE = auto()
    """A row refers to one that is not there, or a row that others refer to would go."""
    NOT_NULL = auto()
    """NULL where none may be."""
    OTHER = auto()


_SERVER = {
    1062: TableRule.UNIQUE,
    1451: TableRule.REFERENCE,
    1452: TableRule.REFERENCE,
    1216: TableRule.REFERENCE,
    1217: TableRule.REFERENCE,
    1048: TableRule.NOT_NULL,
    1364: TableRule.NOT_NULL,
}
_SQLITE = {
    "SQLITE_CONSTRAINT_UNIQUE": TableRule.UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": TableRule.UNIQUE,
    "SQLITE_CONSTRAINT_ROWID": TableRule.UNIQUE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": TableRule.REFERENCE,
    "SQLITE_CONSTRAINT_TRIGGER": TableRule.REFERENCE,
    "SQLITE_CONSTRAINT_NOTNULL": TableRule.NOT_NULL,
}


def rule_of(error: IntegrityError) -> TableRule:
    """The rule that was broken. ``error``: as SQLAlchemy raises it. The transaction goes on; only the statement had no
    effect.
    """
    original = error.orig
    name = getattr(original, "sqlite_errorname", None)
    if name is not None:
        return _SQLITE.get(name, TableRule.OTHER)
    number = original.args[0] if original is not None and original.args else None
    return _SERVER.get(number, TableRule.OTHER) if isinstance(number, int) else TableRule.OTHER


@contextmanager
def refusing(
    *, unique: Problem | None = None, reference: Problem | None = None, null: Problem | None = None
) -> Iterator[None]:
    """Answer with a problem when a statement inside breaks a rule.

    ``unique``: for a key that is taken. ``reference``: for a reference to nothing, or from somewhere. Raises Problem:
    the one of the broken rule; without one the error goes on.
    """
    try:
        yield
    except IntegrityError as error:
        answers = {TableRule.UNIQUE: unique, TableRule.REFERENCE: reference, TableRule.NOT_NULL: null}
        problem = answers.get(rule_of(error))
        if problem is None:
            raise
        raise problem from error
