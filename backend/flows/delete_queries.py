"""SQL of deleting flows."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.results import AnyRow

_flow = tables.implementation
_component = tables.implementation_component
_setup = tables.algorithm_setup
_setting = tables.input_setting
_input = tables.input_
_run = tables.run


async def flow(connection: AsyncConnection, flow_id: int) -> AnyRow | None:
    """A flow that is to be deleted; whoever else wants to waits. Returns ``uploader``, ``source_file_id`` and
    ``binary_file_id``; None for an unknown id.
    """
    asked = select(_flow.c.uploader, _flow.c.source_file_id, _flow.c.binary_file_id)
    return (await connection.execute(asked.where(_flow.c.id == flow_id).with_for_update())).first()


async def runs(connection: AsyncConnection, flow_id: int, *, limit: int | None = None) -> Sequence[int]:
    """The runs of a flow, whatever their setup. ``limit``: at most so many. Returns their ids, ascending."""
    asked = select(_run.c.rid).where(_run.c.setup.in_(_setups(flow_id))).order_by(_run.c.rid).limit(limit)
    return (await connection.scalars(asked)).all()


async def has_run_in_study(connection: AsyncConnection, flow_id: int) -> bool:
    """Whether a study holds a run of a flow, which so cannot be deleted."""
    member = tables.run_study.c.run_id
    asked = select(member).join(_run, _run.c.rid == member).where(_run.c.setup.in_(_setups(flow_id)))
    return await connection.scalar(asked.limit(1)) is not None


async def parents(connection: AsyncConnection, flow_id: int) -> Sequence[int]:
    """The flows that a flow is a component of. Returns their ids, ascending."""
    asked = select(_component.c.parent).where(_component.c.child == flow_id).order_by(_component.c.parent)
    return (await connection.scalars(asked)).all()


async def has_tagged_setup(connection: AsyncConnection, flow_id: int) -> bool:
    """Whether a setup of a flow has tags."""
    tagged = tables.setup_tag.c.id
    return await connection.scalar(select(tagged).where(tagged.in_(_setups(flow_id))).limit(1)) is not None


async def is_set_elsewhere(connection: AsyncConnection, flow_id: int) -> bool:
    """Whether a setup of another flow sets a parameter of this one."""
    asked = (
        select(_setting.c.setup)
        .join(_input, _input.c.id == _setting.c.input_id)
        .where(_input.c.implementation_id == flow_id)
        .where(
            ~exists().where(_setup.c.sid == _setting.c.setup, _setup.c.implementation_id == flow_id),
        )
    )
    return await connection.scalar(asked.limit(1)) is not None


async def remove_runs(connection: AsyncConnection, flow_id: int) -> None:
    """Delete the runs of a flow; evaluations, traces, tags and the list of their files go with them. Raises
    IntegrityError: a study holds one of them.
    """
    await connection.execute(delete(_run).where(_run.c.setup.in_(_setups(flow_id))))


async def remove(connection: AsyncConnection, flow_id: int) -> None:
    """Delete a flow with its setups, parameters, tags and the links to its components.

    Four statements, so that nothing refers to what goes: the keys would refuse to do it in one. Raises IntegrityError:
    something else refers to it.
    """
    await connection.execute(delete(_setup).where(_setup.c.implementation_id == flow_id))
    await connection.execute(delete(_input).where(_input.c.implementation_id == flow_id))
    await connection.execute(delete(_component).where(_component.c.parent == flow_id))
    await connection.execute(delete(_flow).where(_flow.c.id == flow_id))


def _setups(flow_id: int) -> Select[tuple[int]]:
    return select(_setup.c.sid).where(_setup.c.implementation_id == flow_id)
