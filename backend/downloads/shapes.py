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
