"""The order in which a server reads the tables of a join.

MySQL and MariaDB choose a join order without regard to LIMIT: they would rather sort all rows than read the first table
in the order of its key and stop after the first ones.
"""

from typing import Any, TypeVar

from sqlalchemy import Select

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


def as_written(statement: S) -> S:
    """Have the tables read in the order in which the statement names them.

    Right only where many rows fulfil the conditions, so that a few rows of the first table give a page. SQLite looks
    at LIMIT by itself. ``statement``: a join whose first table has the key that the rows are ordered by. Returns the
    same statement, with the hint for servers.
    """
    for dialect in ("mysql", "mariadb"):
        statement = statement.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    return statement
