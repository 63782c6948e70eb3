"""Which rule of a table a statement broke, as both databases say it; and what the caller is told then.

Checking first and writing then is not enough: somebody else may write in between. So the last word is the
database's, and its refusal becomes the same answer as that of the check, never a 500.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from sqlalchemy.exc import IntegrityError

from backend.problems import Problem


class Rule(Enum):
    """A rule of a table."""

    UNIQUE = auto()
    """There is a row with this key."""
    REFERENCE = auto()
    """A row refers to one that is not there, or a row that others refer to would go."""
    NOT_NULL = auto()
    """NULL where none may be."""
    OTHER = auto()


_SERVER = {
    1062: Rule.UNIQUE,
    1451: Rule.REFERENCE,
    1452: Rule.REFERENCE,
    1216: Rule.REFERENCE,
    1217: Rule.REFERENCE,
    1048: Rule.NOT_NULL,
    1364: Rule.NOT_NULL,
}
_SQLITE = {
    "SQLITE_CONSTRAINT_UNIQUE": Rule.UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Rule.UNIQUE,
    "SQLITE_CONSTRAINT_ROWID": Rule.UNIQUE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Rule.REFERENCE,
    "SQLITE_CONSTRAINT_TRIGGER": Rule.REFERENCE,
    "SQLITE_CONSTRAINT_NOTNULL": Rule.NOT_NULL,
}


def rule_of(error: IntegrityError) -> Rule:
    """The rule that was broken.

    Args:
        error: As SQLAlchemy raises it. The transaction goes on; only the statement had no effect.

    Returns:
        The rule.
    """
    original = error.orig
    name = getattr(original, "sqlite_errorname", None)
    if name is not None:
        return _SQLITE.get(name, Rule.OTHER)
    number = original.args[0] if original is not None and original.args else None
    return _SERVER.get(number, Rule.OTHER) if isinstance(number, int) else Rule.OTHER


@contextmanager
def refusing(
    *, unique: Problem | None = None, reference: Problem | None = None, null: Problem | None = None
) -> Iterator[None]:
    """Answer with a problem when a statement inside breaks a rule.

    Args:
        unique: For a key that is taken.
        reference: For a reference to nothing, or from somewhere.
        null: For NULL where none may be.

    Raises:
        Problem: The one of the broken rule; without one the error goes on.
    """
    try:
        yield
    except IntegrityError as error:
        answers = {Rule.UNIQUE: unique, Rule.REFERENCE: reference, Rule.NOT_NULL: null}
        problem = answers.get(rule_of(error))
        if problem is None:
            raise
        raise problem from error
