"""What putting a tag on an entity means, wherever it comes from: a request of its own, or an upload's description."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import IntegrityError

from backend.database.collations import storable
from backend.database.conflicts import TableRule, rule_of
from backend.operations import Call
from backend.problems import Problem, ProblemCase
from backend.tagging import queries
from backend.tagging.kinds import TaggedKind
from config.php.comparison import loosely_equal

ILLEGAL = ProblemCase("validation-error", "477")
EXISTS = ProblemCase("tag-already-exists", "473")
EXISTS_ALIKE = ProblemCase("tag-already-exists", "474")
NOT_FOUND = ProblemCase("tag-not-found", "475")
NOT_OWNED = ProblemCase("tag-not-owned", "476")

_LEGAL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_COLLATION = "latin1_swedish_ci"


def is_legal(tag: str) -> bool:
    """Whether a tag may be set (477). ``tag``: as it was sent."""
    return _LEGAL.fullmatch(tag) is not None


async def tag_entity(
    call: Call[Any], kind: TaggedKind, entity_id: int, tag: str, *, sent: str | None = None
) -> list[str]:
    """Put a legal tag on an entity that is there, and have the search index told.

    ``sent``: the id as it was sent, which a refusal names as PHP does; None where nobody sent one. Returns all its
    tags then, in alphabetical order. Raises Problem: 409, when the entity has the tag; numbers in texts are compared
    as numbers (473), and capitals do not count in the database (474).
    """
    named = str(entity_id) if sent is None else sent
    await refuse_twice(call, kind, entity_id, tag, named)
    try:
        await queries.put(call.connection, kind, entity_id, tag, call.user.id, call.now())
    except IntegrityError as error:
        if rule_of(error) is not TableRule.UNIQUE:
            raise
        # Somebody else may have set the same tag since it was looked for.
        there = await queries.tags(call.connection, kind, entity_id, lock=True)
        if any(loosely_equal(tag, other) for other in there):
            raise _exists(kind, named, tag) from error
        raise EXISTS_ALIKE.because(
            f"Entity {named} is already tagged by {tag} in other capitals: id={named}; tag={tag}."
        ) from error
    tags = await queries.tags(call.connection, kind, entity_id)
    _index(call, kind, entity_id, tags)
    return tags


async def refuse_twice(call: Call[Any], kind: TaggedKind, entity_id: int, tag: str, named: str) -> None:
    """Refuse a tag that an entity has; numbers in texts are compared as numbers. ``named``: the id as it was sent.
    Raises Problem: 409 (473).
    """
    if any(loosely_equal(tag, other) for other in await queries.tags(call.connection, kind, entity_id)):
        raise _exists(kind, named, tag)


async def tag_new_entity(call: Call[Any], kind: TaggedKind, entity_id: int, tags: Iterable[str]) -> list[str]:
    """Put the tags of an upload's description on what was just made.

    A tag that is refused does not keep the entity from being made: PHP prints the refusal and then the id, in one body
    (legacy notes, data 10.12); the new API answers the id alone (new-API contract, decision 10). ``tags``: in the
    order of the description. Returns the tags that were refused.
    """
    refused = []
    for tag in tags:
        if not is_legal(tag) or tag == "0":
            refused.append(tag)
            continue
        try:
            await tag_entity(call, kind, entity_id, tag)
        except Problem:
            refused.append(tag)
    return refused


async def untag_entity(call: Call[Any], kind: TaggedKind, entity_id: int, tag: str) -> list[str]:
    """Take a tag off an entity that is there, and have the search index told.

    ``tag``: the tag; capitals do not count. Returns the tags that are left, in alphabetical order. Raises Problem:
    404, when the entity does not have the tag; 403, when somebody else put it there.
    """
    owner = None
    if storable(_COLLATION, tag):
        owner = await queries.owner(call.connection, kind, entity_id, tag)
    if owner is None:
        raise NOT_FOUND.because(f"Tag {tag} not found on {kind.label} {entity_id}.")
    if not call.user.may_change(owner):
        raise NOT_OWNED.because(f"Tag {tag} of {kind.label} {entity_id} is not owned by you.")
    await queries.take(call.connection, kind, entity_id, tag)
    tags = await queries.tags(call.connection, kind, entity_id)
    _index(call, kind, entity_id, tags)
    return tags


def _exists(kind: TaggedKind, entity_id: str, tag: str) -> Problem:
    told = f"id={entity_id}; tag={tag}"
    return EXISTS.because(f"The {kind.label} is already tagged by this tag: {told}.", additional=told)


def _index(call: Call[Any], kind: TaggedKind, entity_id: int, tags: list[str]) -> None:
    if kind.indexed is not None:
        call.index.put(kind.indexed, entity_id, tags=tags)
