"""Documents of download counts (legacy notes, flow 7)."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from backend.database.results import AnyRow


class Download(TypedDict):
    """How often a user has downloaded an item."""

    user_id: int
    knowledge_type: str
    knowledge_id: int
    count: int


def downloads(rows: Iterable[AnyRow]) -> list[Download]:
    """Counts. ``rows``: of ``queries.downloads``."""
    return [counted(row.user_id, row.knowledge_type, row.knowledge_id, row._mapping["count"]) for row in rows]


def counted(user_id: int, kind: str, item: int, count: int) -> Download:
    """A count. ``kind``: type of the item. ``count``: how often it was downloaded."""
    return {"user_id": user_id, "knowledge_type": kind, "knowledge_id": item, "count": count}
