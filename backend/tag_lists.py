"""All tags that the entities of one kind have: the same SQL for data sets, tasks, flows, runs and setups."""

from sqlalchemy import ColumnElement, Table, false, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.problems import ProblemCase

NO_TAGS = ProblemCase("no-results", "1002")
"""No entity has a tag (legacy notes, flow 1.6)."""


async def distinct_tags(
    connection: AsyncConnection, table: Table, hidden: ColumnElement[bool] | None = None
) -> list[str]:
    """The tags of a table, each once and none empty, in alphabetical order; one round trip.

    The column decides which tags are the same, so ``tuned`` and ``TUNED`` are one. Shown is the spelling that
    PHP shows: of the user with the lowest id, on the entity with the lowest id (recordings, setup and data: the
    server reads the index on uploader).

    Args:
        connection: To ask.
        table: A tag table: columns id, tag, uploader.
        hidden: Which of its rows the caller may not see.

    Returns:
        The tags.
    """
    place = (
        func.row_number()
        .over(partition_by=table.c.tag, order_by=(table.c.uploader, table.c.id))
        .label("place")
    )
    shown = (table.c.tag != "", not_(false() if hidden is None else hidden))
    placed = select(table.c.tag, place).where(*shown).subquery()
    found = await connection.scalars(select(placed.c.tag).where(placed.c.place == 1).order_by(placed.c.tag))
    return list(found)
