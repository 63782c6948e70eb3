"""The setup that a run is done with: found, or made (legacy notes, task 3.9)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert as insert_into
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import coerced, insert
from backend.operations import Call
from backend.problems import Problem
from backend.setups import queries

_setup = tables.algorithm_setup
_setting = tables.input_setting
_input = tables.input_
_component = tables.implementation_component


async def find_or_create(
    call: Call[Any], flow_id: int, values: Mapping[int, str], setup_string: str | None, foreign: Problem
) -> int:
    """The setup of a flow that has exactly these settings, the lowest if there are several; made if there is none.

    Two equal requests at once make one setup: who makes one keeps the others of its flow waiting, and looks again for
    what came meanwhile. Raises Problem: ``foreign``.

    Args:
        values: Value by input id.
        setup_string: How the flow calls the setup, for a new one.
        foreign: Raised when a new setup would have settings of flows that are no components of its own.
    """
    wanted = queries.with_settings(flow_id, values, exactly=True)
    rows = await queries.page(call.connection, wanted, limit=1)
    if rows:
        return int(rows[0].sid)
    defaults = await _inputs(call.connection, flow_id)
    if not values.keys() <= defaults.keys():
        raise foreign
    meanwhile = await _made_meanwhile(call.connection, flow_id, values)
    if meanwhile is not None:
        return meanwhile
    usual = {input_id: value for input_id, value in defaults.items() if value}
    setup_id = await insert(
        call.connection,
        _setup,
        {
            "implementation_id": flow_id,
            "setup_string": setup_string,
            "isDefault": "true" if values == usual else "false",
        },
    )
    if values:
        settings = [
            coerced(_setting, {"setup": setup_id, "input_id": input_id, "value": value}, complete=True)
            for input_id, value in values.items()
        ]
        await call.connection.execute(insert_into(_setting).inline(), settings)
    return setup_id


async def _inputs(connection: AsyncConnection, flow_id: int) -> dict[int, str | None]:
    """The inputs of a flow and of its components to any depth, with their default values."""
    flows = select(tables.implementation.c.id).where(tables.implementation.c.id == flow_id)
    below = flows.cte("below", recursive=True)
    below = below.union(select(_component.c.child).join(below, below.c.id == _component.c.parent))
    found = await connection.execute(
        select(_input.c.id, _input.c.defaultValue).where(_input.c.implementation_id.in_(select(below.c.id)))
    )
    return {row.id: row.defaultValue for row in found}


async def _made_meanwhile(connection: AsyncConnection, flow_id: int, values: Mapping[int, str]) -> int | None:
    """The setup that somebody else made of the same since this transaction began; nobody makes another one now."""
    newest = await connection.scalar(
        select(_setup.c.sid)
        .where(_setup.c.implementation_id == flow_id)
        .order_by(_setup.c.sid.desc())
        .limit(1)
    )
    await connection.execute(
        select(tables.implementation.c.id).where(tables.implementation.c.id == flow_id).with_for_update()
    )
    # Locking reads see what is committed; the others what was there when the transaction began.
    newer = await connection.scalars(
        select(_setup.c.sid)
        .where(_setup.c.implementation_id == flow_id, _setup.c.sid > (newest or 0))
        .order_by(_setup.c.sid)
        .with_for_update()
    )
    settings: dict[int, dict[int, str]] = {sid: {} for sid in newer}
    if not settings:
        return None
    found = await connection.execute(
        select(_setting.c.setup, _setting.c.input_id, _setting.c.value)
        .where(_setting.c.setup.in_(settings))
        .with_for_update()
    )
    for row in found:
        settings[row.setup][row.input_id] = row.value
    return next((sid for sid, there in settings.items() if there == values), None)
