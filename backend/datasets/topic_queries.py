"""SQL of the topics of data sets."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.collations import storable
from backend.database.storing import insert

_topic = tables.dataset_topic
_COLLATION = "latin1_swedish_ci"


async def topics(connection: AsyncConnection, did: int) -> list[str]:
    """The topics of a data set, in alphabetical order."""
    asked = select(_topic.c.topic).where(_topic.c.id == did).order_by(_topic.c.topic)
    return list(await connection.scalars(asked.with_for_update()))


async def put(connection: AsyncConnection, did: int, topic: str, user_id: int, now: datetime) -> None:
    """Put a topic on a data set. Raises IntegrityError: the data set has the topic, or one that only differs in
    capitals.
    """
    await insert(connection, _topic, {"id": did, "topic": topic, "uploader": user_id, "date": now})


async def take(connection: AsyncConnection, did: int, topic: str) -> bool:
    """Take a topic off a data set; capitals do not count. Returns whether it was there."""
    if not storable(_COLLATION, topic):
        return False
    done = await connection.execute(delete(_topic).where(_topic.c.id == did, _topic.c.topic == topic))
    return bool(done.rowcount)
