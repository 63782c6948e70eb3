"""Answers of tagging: PHP's envelopes and text ids, as the migration guide shows them."""

from collections.abc import Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from backend.tagging.kinds import TaggedKind
from config.php.text import trimmed_or_empty


class Tagged(TypedDict):
    """An entity and the tags that it has afterwards."""

    id: str
    tag: list[str]


class Untagged(TypedDict):
    """The tags that are left: one tag is a text, none is no key."""

    id: str
    tag: NotRequired[str | list[str]]


def envelope(kind: TaggedKind, action: str) -> Any:
    """The type of an answer. ``kind``: of the entity. ``action``: ``tag`` or ``untag``. Returns an object with the one
    key ``data_tag``, ``flow_untag`` ...
    """
    name = f"{kind.label}_{action}"
    inner = Untagged if name == "data_untag" else Tagged
    return TypedDict(name, {name: inner})  # type: ignore[operator]  # made from the kind


def answer(kind: TaggedKind, action: str, entity_id: str, tags: Sequence[str]) -> dict[str, Any]:
    """The answer of tagging or untagging. Returns the document. Only ``data_untag`` keeps PHP's three forms of the
    list (new-API contract, section C).

    Args:
        kind: Of the entity.
        action: ``tag`` or ``untag``.
        entity_id: As it was sent.
        tags: What the entity has afterwards.
    """
    shown: list[str] = [trimmed_or_empty(tag) for tag in tags]
    name = f"{kind.label}_{action}"
    if name == "data_untag" and len(shown) < 2:
        return {name: {"id": entity_id, **({"tag": shown[0]} if shown else {})}}
    return {name: {"id": entity_id, "tag": shown}}
