"""Documents of users (legacy notes, flow 5)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from config.php.text import trimmed_or_empty

_NONE = ("", "0")
"""What PHP takes for no name."""


class ListedUser(TypedDict):
    """A user in the list; ``username`` is first and last name, not the name to log in with."""

    id: int
    username: str


def listed(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[ListedUser]:
    """Users and their names. ``rows``: of ``queries.names``. Returns the document of ``GET /users/list``."""
    return [
        {"id": row.id, "username": trimmed_or_empty(full_name(row.first_name, row.last_name))} for row in rows
    ]


def full_name(first: str | None, last: str | None) -> str:
    """First and last name, as far as there are any."""
    return " ".join(part for part in (first, last) if part is not None and part not in _NONE)
