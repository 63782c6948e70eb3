"""SQL of setups."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import first, rows
from backend.database.collations import storable
from backend.tables.columns import binary

_setup = tables.algorithm_setup
_setting = tables.input_setting
_input = tables.input_
_flow = tables.implementation
_tag = tables.setup_tag
_differences = tables.setup_differences
_function = tables.math_function

Rows = Sequence[Row[*tuple[Any, ...]]]


_SETUPS = select(_setup.c.sid, _setup.c.implementation_id)
_SETUP = _SETUPS.where(_setup.c.sid == bindparam("setup_id"))
_PARAMETERS = (
    select(
        _setting.c.setup,
        _setting.c.value,
        _input.c.id,
        _input.c.name,
        _input.c.dataType,
        _input.c.defaultValue,
        _input.c.implementation_id,
        _flow.c.name.label("flow_name"),
        _flow.c.fullName,
    )
    .join(_input, _input.c.id == _setting.c.input_id)
    .join(_flow, _flow.c.id == _input.c.implementation_id)
    .where(_setting.c.setup.in_(bindparam("setup_ids", expanding=True)))
    .order_by(_setting.c.setup, _setting.c.input_id)
)

_TAGS_OF = select(func.count()).where(_tag.c.id == _setting.c.setup).scalar_subquery()
_PARAMETERS_AND_TAGS = _PARAMETERS.add_columns(_TAGS_OF.label("tags"))


async def setup(connection: AsyncConnection, setup_id: int) -> Row[*tuple[Any, ...]] | None:
    """One setup. Returns its id and flow; None for an unknown id."""
    return await first(connection, _SETUP, {"setup_id": setup_id})


async def parameters(
    connection: AsyncConnection, setup_ids: Sequence[int], *, with_tags: bool = False
) -> Rows:
    """The parameters of some setups, each once, in one statement.

    ``with_tags``: say with each how many tags its setup has. Returns rows with the setting, its input and the input's
    flow, by input id within a setup. PHP's lists take the columns by their order.
    """
    statement = _PARAMETERS_AND_TAGS if with_tags else _PARAMETERS
    return (await connection.execute(statement, {"setup_ids": setup_ids})).all()


def matching(
    *, flows: Sequence[int] | None, setups: Sequence[int] | None, tag: str | None
) -> Select[tuple[int, int]]:
    """The setups that a list's filters choose. Returns a statement of id and flow, without order.

    Args:
        flows: Only setups of these flows.
        setups: Only these setups.
        tag: Only setups with this tag, as the column compares.
    """
    found = _SETUPS
    if flows is not None:
        found = found.where(_setup.c.implementation_id.in_(flows))
    if setups is not None:
        found = found.where(_setup.c.sid.in_(setups))
    if tag is not None:
        found = found.join(_tag, _tag.c.id == _setup.c.sid).where(_tag.c.tag == tag)
    return found


def with_settings(flow_id: int, values: Mapping[int, str], *, exactly: bool) -> Select[tuple[int, int]]:
    """The setups of a flow whose parameters have given values.

    ``values``: value by input id, compared exactly as the column compares (trailing blanks do not count). ``exactly``:
    the setup must have no further parameters. Returns a statement of id and flow, without order.
    """
    mine = _setting.c.setup == _setup.c.sid
    found = _SETUPS.where(_setup.c.implementation_id == flow_id)
    if not all(storable(binary.collation, value) for value in values.values()):
        return found.where(false())
    if values:
        pairs = [
            and_(_setting.c.input_id == input_id, _setting.c.value == value)
            for input_id, value in values.items()
        ]
        found = found.where(_count(mine, or_(*pairs)) == len(values))
    if exactly:
        found = found.where(_count(mine) == len(values))
    return found


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(_setting).where(*conditions).scalar_subquery()


async def page(
    connection: AsyncConnection,
    found: Select[tuple[int, int]],
    *,
    limit: int | None = None,
    offset: int | None = None,
) -> Rows:
    """Some of the setups of a statement, by id. Returns rows of sid and implementation_id.

    Args:
        found: Of ``matching`` or ``with_settings``.
        limit: At most so many.
        offset: Skip so many.
    """
    found = found.order_by(_setup.c.sid)
    if limit is not None:
        found = found.limit(limit)
    if offset:
        found = found.offset(offset)
    return (await connection.execute(found)).all()


async def number_of(connection: AsyncConnection, found: Select[tuple[int, int]]) -> int:
    """How many setups a statement finds. ``found``: of ``matching``."""
    number: int | None = await connection.scalar(select(func.count()).select_from(found.subquery()))
    return number or 0


_FLOW = select(_flow.c.id, _flow.c.implements).where(_flow.c.id == bindparam("flow_id"))
_EVALUATION_MEASURE = select(_function.c.name).where(
    _function.c.name == bindparam("name"), _function.c.functionType == "EvaluationFunction"
)
_INPUTS = select(_input.c.implementation_id, _input.c.name, _input.c.id).where(
    _input.c.implementation_id.in_(bindparam("flow_ids", expanding=True)),
    _input.c.name.in_(bindparam("names", expanding=True)),
)
_DIFFERENCES = (
    select(_differences)
    .where(_differences.c.sidA == bindparam("lower"), _differences.c.sidB == bindparam("higher"))
    .order_by(_differences.c.task_id)
)
_DIFFERENCES_ON_TASK = _DIFFERENCES.where(_differences.c.task_id == bindparam("task_id"))


async def flow(connection: AsyncConnection, flow_id: int) -> Row[*tuple[Any, ...]] | None:
    """The flow of a run description. Returns its id and what it implements; None for an unknown id."""
    return await first(connection, _FLOW, {"flow_id": flow_id})


async def is_evaluation_measure(connection: AsyncConnection, name: str) -> bool:
    """Whether a name is that of an evaluation measure. Returns True when a measure is called so."""
    return await connection.scalar(_EVALUATION_MEASURE, {"name": name}) is not None


async def inputs(
    connection: AsyncConnection, flow_ids: Sequence[int], names: Sequence[str]
) -> Mapping[tuple[int, str], int]:
    """The ids of parameters. ``flow_ids``: of the flows that have them. ``names``: of the parameters, in exactly this
    spelling. Returns input id by flow and name.
    """
    found = await connection.execute(_INPUTS, {"flow_ids": flow_ids, "names": names})
    return {(row.implementation_id, row.name): row.id for row in found}


async def differences(connection: AsyncConnection, one: int, other: int, task_id: int | None) -> Rows:
    """How far two setups differ, on all tasks or on one, by task. ``other``: the other one; which is which does not
    matter. ``task_id``: only this task.
    """
    setups = {"lower": min(one, other), "higher": max(one, other)}
    if task_id is None:
        return await rows(connection, _DIFFERENCES, setups)
    return await rows(connection, _DIFFERENCES_ON_TASK, {**setups, "task_id": task_id})
