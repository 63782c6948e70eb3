"""The search index, told of writes after their commit.

PHP updates Elasticsearch within the request and answers 105 when that fails, after the change is stored; here a
failing index never fails a request (new-API contract, decision 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["data", "task", "flow", "run", "study", "user"]
"""What PHP indexes; setups are not (legacy notes, data 10.17)."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One document of the index that is to change.

    Args:
        kind: Index and type of the document.
        id: Of the entity.
        fields: What changes in it; None when the document goes.
    """

    kind: Kind
    id: int
    fields: dict[str, Any] | None


@dataclass(slots=True)
class IndexChanges:
    """The changes of one request, sent when its transaction is committed. ``changes``: in the order of the handler."""

    changes: list[IndexChange] = field(default_factory=list)

    def put(self, kind: Kind, entity_id: int, **fields: Any) -> None:
        """Change a document, or make it. ``kind``: of the entity. ``fields``: what changes, as JSON values."""
        self.changes.append(IndexChange(kind, entity_id, fields))

    def delete(self, kind: Kind, entity_id: int) -> None:
        """Delete a document. ``kind``: of the entity."""
        self.changes.append(IndexChange(kind, entity_id, None))


class SearchIndex(Protocol):
    """Takes changes and returns at once."""

    def submit(self, changes: Sequence[IndexChange]) -> None:
        """Have documents changed, some time soon."""

    async def close(self) -> None:
        """Send what is pending, for as long as is reasonable."""


class NoIndex:
    """There is no search index."""

    def submit(self, changes: Sequence[IndexChange]) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Nothing is pending."""
