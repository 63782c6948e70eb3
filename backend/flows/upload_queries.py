"""SQL of uploading flows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import insert, insert_ignoring

_flow = tables.implementation


async def equals(connection: AsyncConnection, name: str, external_version: str) -> Sequence[int]:
    """The flows of a name and external version, as the columns compare; whoever makes one now waits. Returns their
    ids, ascending.
    """
    same = (_flow.c.name == name, _flow.c.external_version == external_version)
    asked = select(_flow.c.id).where(*same).order_by(_flow.c.id).with_for_update()
    return (await connection.scalars(asked)).all()


async def add(
    connection: AsyncConnection, columns: Mapping[str, object], uploader: int, now: datetime
) -> tuple[int, int]:
    """Add a flow, as the next version of its name. ``columns``: what its row holds beside version, uploader and
    date.
    """
    name = columns["name"]
    highest = select(func.max(_flow.c.version)).where(_flow.c.name == name).with_for_update()
    version = (await connection.scalar(highest) or 0) + 1
    own = {"version": version, "fullName": f"{name}({version})", "uploader": uploader, "uploadDate": now}
    return await insert(connection, _flow, {**columns, **own}), version


async def add_parameter(connection: AsyncConnection, flow_id: int, columns: Mapping[str, object]) -> None:
    """Add a parameter, unless the flow has one of that name. ``columns``: what its row holds."""
    await insert_ignoring(connection, tables.input_, {"implementation_id": flow_id, **columns})


async def link(connection: AsyncConnection, parent: int, child: int, identifier: str) -> None:
    """Make a flow a component of another, unless it is. ``parent``: the flow that is made of it. ``identifier``: what
    the parent calls it.
    """
    row = {"parent": parent, "child": child, "identifier": identifier}
    await insert_ignoring(connection, tables.implementation_component, row)
