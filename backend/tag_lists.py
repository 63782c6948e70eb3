"""All tags that the entities of one kind have: the same SQL for data sets, tasks, flows, runs and setups."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import orjson
from sqlalchemy import ColumnElement, Select, Table, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.access import ANONYMOUS, User
from backend.legacy.encoding import encoded
from backend.legacy.faces import Faces
from backend.legacy.tree import element, markup
from backend.problems import ProblemCase

Hidden: TypeAlias = Callable[[User, ColumnElement[int]], ColumnElement[bool]]
"""Which ids a caller may not see, as a condition."""

NO_TAGS = ProblemCase("no-results", "1002")
"""No entity has a tag (legacy notes, flow 1.6)."""


def tag_faces(kind: str) -> Faces[[list[str]]]:
    """The faces of all tags of a kind of entities (legacy notes, task 0.7); PHP encodes each on its own."""
    name = f"{kind}_tag_list"
    return Faces(
        lambda tags: tags,
        lambda tags: element(name, (markup("tag", tag) for tag in tags)),
        lambda tags: {name: {"tag": [orjson.Fragment(encoded(tag)) for tag in tags]}},
    )


@lru_cache(maxsize=100)
def _distinct_tags(
    table: Table, user: User, hidden: Hidden | None, *, first_seen: bool
) -> Select[tuple[str]]:
    """The statement; most callers have no key, so that it is mostly one and the same."""
    place = (
        func.row_number()
        .over(partition_by=table.c.tag, order_by=(table.c.uploader, table.c.id))
        .label("place")
    )
    placed = select(table.c.tag, table.c.uploader, table.c.id, place).where(table.c.tag != "")
    if hidden is not None:
        placed = placed.where(not_(hidden(user, table.c.id)))
    tags = placed.subquery()
    order = (tags.c.uploader, tags.c.id, tags.c.tag) if first_seen else (tags.c.tag,)
    return select(tags.c.tag).where(tags.c.place == 1).order_by(*order)


async def distinct_tags(
    connection: AsyncConnection,
    table: Table,
    user: User = ANONYMOUS,
    hidden: Hidden | None = None,
    *,
    first_seen: bool = False,
) -> list[str]:
    """The tags of a table, each once and none empty.

    The column decides which tags are the same, so ``tuned`` and ``TUNED`` are one. Shown is the spelling that
    PHP shows: of the user with the lowest id, on the entity with the lowest id (recordings, setup and data: the
    server reads the index on uploader).

    Args:
        table: A tag table: columns id, tag, uploader.
        hidden: Which entities the caller may not see; None when all may see all.
        first_seen: In the order in which PHP's server comes upon them, along the same index.
    """
    return list(await connection.scalars(_distinct_tags(table, user, hidden, first_seen=first_seen)))
