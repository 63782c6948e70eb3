"""PHP's documents of download counts (legacy notes, flow 7)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element, record


def downloads(rows: Iterable[AnyRow]) -> Element:
    """Counts, also none."""
    return element(
        "downloads",
        (counted(row.user_id, row.knowledge_type, row.knowledge_id, row._mapping["count"]) for row in rows),
    )


def counted(user_id: int, kind: str, item: int, count: int) -> Element:
    """A count."""
    return record("download", user_id=user_id, knowledge_type=kind, knowledge_id=item, count=count)
