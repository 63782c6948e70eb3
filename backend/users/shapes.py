"""Documents of users (legacy notes, flow 5)."""

from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from backend.php.text import trimmed_or_empty

_NONE = ("", "0")
"""What PHP takes for no name."""


class ListedUser(TypedDict):
    """A user in the list; ``username`` is first and last name, not the name to log in with."""

    id: int
    username: str


def listed(row: Row[*tuple[Any, ...]]) -> ListedUser:
    """A user in the list.

    Args:
        row: Of ``queries.names``.

    Returns:
        An element of ``GET /users/list``.
    """
    parts = [part for part in (row.first_name, row.last_name) if part is not None and part not in _NONE]
    return {"id": row.id, "username": trimmed_or_empty(" ".join(parts))}
