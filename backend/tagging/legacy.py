"""PHP's answers of tagging (legacy notes, task 0.6)."""

from collections.abc import Sequence

from backend.legacy.tree import Element, element, markup
from backend.tagging.kinds import TaggedKind


def answer(kind: TaggedKind, action: str, entity_id: str, tags: Sequence[str]) -> Element:
    """The tags that an entity has afterwards. ``action``: ``tag`` or ``untag``. ``entity_id``: as it was sent."""
    return element(f"{kind.label}_{action}", element("id", entity_id), (markup("tag", tag) for tag in tags))
