"""Documents of download counts (legacy notes, flow 7)."""

from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict


class Download(TypedDict):
    """How often a user has downloaded an item."""

    user_id: int
    knowledge_type: str
    knowledge_id: int
    count: int


def download(row: Row[*tuple[Any, ...]]) -> Download:
    """A count.

    Args:
        row: Of ``queries.downloads``.
    """
    return {
        "user_id": row.user_id,
        "knowledge_type": row.knowledge_type,
        "knowledge_id": row.knowledge_id,
        "count": row._mapping["count"],
    }


def counted(user_id: int, kind: str, item: int, count: int) -> Download:
    """A count that was just changed.

    Args:
        user_id: Whose it is.
        kind: Type of the item.
        item: Id of the item.
        count: How often it was downloaded.
    """
    return {"user_id": user_id, "knowledge_type": kind, "knowledge_id": item, "count": count}
