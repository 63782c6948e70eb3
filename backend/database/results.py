"""Rows that a query gave."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from sqlalchemy import Row

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row whose columns are named by the query beside it."""


def grouped(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """Rows of two columns, as lists by the first one. ``rows``: key and value, in the order that the lists shall have.
    Returns the values of each key.
    """
    groups: dict[Any, list[Any]] = {}
    for key, value in rows:
        groups.setdefault(key, []).append(value)
    return groups
