"""PHP's documents of votes (legacy notes, flow 6)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element, markup, optional

LIKE = ("user_id", "knowledge_type", "knowledge_id")
"""What every vote says."""


def likes(rows: Iterable[AnyRow]) -> Element:
    """Likes."""
    return element("likes", (like(row.user_id, row.knowledge_type, row.knowledge_id) for row in rows))


def like(user_id: int, kind: str, item: int) -> Element:
    """One like."""
    return element(
        "like", element("user_id", user_id), element("knowledge_type", kind), element("knowledge_id", item)
    )


def bare_downvotes(rows: Iterable[AnyRow]) -> Element:
    """All downvotes, without reasons and counts."""
    return element("downvotes", (_downvote(row, None, None, None) for row in rows))


def downvotes(rows: Iterable[AnyRow]) -> Element:
    """Downvotes; those who only agree have no count."""
    return element("downvotes", (downvote(row) for row in rows))


def downvote(row: AnyRow) -> Element:
    """One downvote; PHP finds none whose reason nobody knows."""
    if row.reason is None:
        return _empty("downvote", *LIKE, "reason", "reason_id", "original")
    return _downvote(row, row.reason, row.reason_id, row._mapping["count"])


def no_like() -> Element:
    """A like that was there already."""
    return _empty("like", *LIKE)


def _empty(name: str, *members: str) -> Element:
    return element(name, (element(member) for member in members))


def _downvote(row: AnyRow, reason: str | None, reason_id: int | None, count: int | None) -> Element:
    return element(
        "downvote",
        element("user_id", row.user_id),
        element("knowledge_type", row.knowledge_type),
        element("knowledge_id", row.knowledge_id),
        markup("reason", reason),
        element("reason_id", reason_id),
        element("original", row.original),
        optional("count", count),
    )


def check(exists: bool) -> Element:
    """Whether there is a like."""
    return element("simplepair", element("key", "Exists"), element("value", "1" if exists else ""))


def reason_check(reason: int | None) -> Element:
    """Which reason there is; -1 for none."""
    return element(
        "simplepair", element("key", "Reason id"), element("value", -1 if reason is None else reason)
    )
