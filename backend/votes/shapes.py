"""Documents of votes (legacy notes, flow 6)."""

from typing import Any, Literal

from sqlalchemy import Row
from typing_extensions import TypedDict

from backend.votes.queries import Rows
from config.php.text import trimmed, trimmed_or_empty


class Like(TypedDict):
    """A like."""

    user_id: int
    knowledge_type: str
    knowledge_id: int


class BareDownvote(Like):
    """A downvote in the list of all, which has neither reason nor count."""

    reason: None
    reason_id: None
    original: int
    count: None


class Downvote(Like):
    """An original downvote, and how many share its reason."""

    reason: str
    reason_id: int
    original: int
    count: int


class StoredDownvote(Like):
    """A downvote of one's own: an agreement has no count, a reason that nobody knows no text."""

    reason: str | None
    reason_id: int
    original: int
    count: int | None


class LikeCheck(TypedDict):
    """Whether there is a like."""

    key: Literal["Exists"]
    value: bool


class ReasonCheck(TypedDict):
    """Which reason there is; -1 for none."""

    key: Literal["Reason id"]
    value: int


def likes(rows: Rows) -> list[Like]:
    """Likes. ``rows``: of ``queries.likes``."""
    return [_like(row) for row in rows]


def _like(row: Row[*tuple[Any, ...]]) -> Like:
    return {"user_id": row.user_id, "knowledge_type": row.knowledge_type, "knowledge_id": row.knowledge_id}


def bare_downvotes(rows: Rows) -> list[BareDownvote]:
    """All downvotes. ``rows``: of ``queries.bare_downvotes``."""
    return [
        {**_like(row), "reason": None, "reason_id": None, "original": row.original, "count": None}
        for row in rows
    ]


def downvotes(rows: Rows) -> list[Downvote]:
    """Original downvotes. ``rows``: of ``queries.downvotes``."""
    return [
        {
            **_like(row),
            "reason": trimmed_or_empty(row.reason),
            "reason_id": row.reason_id,
            "original": row.original,
            "count": row._mapping["count"],
        }
        for row in rows
    ]


def check(exists: bool) -> LikeCheck:
    """Whether there is a like."""
    return {"key": "Exists", "value": exists}


def reason_check(reason: int | None) -> ReasonCheck:
    """Which reason a downvote has. ``reason``: its id; None when there is no downvote."""
    return {"key": "Reason id", "value": -1 if reason is None else reason}


def own_like(user_id: int, kind: str, item: int) -> Like:
    """A like that was just given or taken back. ``kind``: type of the item."""
    return {"user_id": user_id, "knowledge_type": kind, "knowledge_id": item}


def stored_downvote(row: Row[*tuple[Any, ...]]) -> StoredDownvote:
    """A downvote that was just stored or taken back. ``row``: of ``write_queries.own_downvote``; without a text where
    nobody knows the reason.
    """
    return {
        **_like(row),
        "reason": trimmed(row.reason),
        "reason_id": row.reason_id,
        "original": row.original,
        "count": row._mapping["count"],
    }
