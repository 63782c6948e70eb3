"""PHP's documents of download counts (legacy notes, flow 7)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element


def downloads(rows: Iterable[AnyRow]) -> Element:
    """Counts, also none."""
    return element(
        "downloads",
        (counted(row.user_id, row.knowledge_type, row.knowledge_id, row._mapping["count"]) for row in rows),
    )


def counted(user_id: int, kind: str, item: int, count: int) -> Element:
    """A count."""
    return element(
        "download",
        element("user_id", user_id),
        element("knowledge_type", kind),
        element("knowledge_id", item),
        element("count", count),
    )
