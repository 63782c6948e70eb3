"""PHP's documents of users (legacy notes, flow 5)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element, marked_record
from backend.users.shapes import full_name


def listed(rows: Iterable[AnyRow]) -> Element:
    """Users and their names."""
    return element(
        "users",
        (
            marked_record(
                "user",
                ("username",),
                {"id": row.id, "username": full_name(row.first_name, row.last_name)},
            )
            for row in rows
        ),
    )
