"""SQL of flows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User, visible_to
from backend.database.batches import Read, together
from backend.database.collations import storable
from backend.tables.columns import unicode

_flow = tables.implementation
_component = tables.implementation_component
_tag = tables.implementation_tag
_input = tables.input_
_file = tables.file

Rows = Sequence[Row[*tuple[Any, ...]]]


def _flow_and_all_below() -> Select[*tuple[Any, ...]]:
    below = select(_flow.c.id).where(_flow.c.id == bindparam("flow_id")).cte("below", recursive=True)
    # A union without ALL takes each flow once, so the recursion ends even where the data has a circle.
    below = below.union(select(_component.c.child).join(below, below.c.id == _component.c.parent))
    source, binary = _file.alias("source"), _file.alias("binary_file")
    return (
        select(
            _flow.c.id,
            _flow.c.uploader,
            _flow.c.name,
            _flow.c.custom_name,
            _flow.c.class_name,
            _flow.c.version,
            _flow.c.external_version,
            _flow.c.description,
            _flow.c.creator,
            _flow.c.contributor,
            _flow.c.uploadDate,
            _flow.c.licence,
            _flow.c.language,
            _flow.c.fullDescription,
            _flow.c.installationNotes,
            _flow.c.dependencies,
            source.c.id.label("source"),
            source.c.filename_original.label("source_name"),
            source.c.extension.label("source_format"),
            source.c.md5_hash.label("source_md5"),
            binary.c.id.label("binary"),
            binary.c.filename_original.label("binary_name"),
            binary.c.extension.label("binary_format"),
            binary.c.md5_hash.label("binary_md5"),
        )
        .join(below, below.c.id == _flow.c.id)
        .outerjoin(source, source.c.id == _flow.c.source_file_id)
        .outerjoin(binary, binary.c.id == _flow.c.binary_file_id)
    )


_FLOWS = _flow_and_all_below()
_COMPONENTS = (
    select(_component)
    .where(_component.c.parent.in_(bindparam("ids", expanding=True)))
    .order_by(_component.c.parent, _component.c.child)
)
_PARAMETERS = (
    select(
        _input.c.implementation_id,
        _input.c.name,
        _input.c.dataType,
        _input.c.defaultValue,
        _input.c.description,
    )
    .where(_input.c.implementation_id.in_(bindparam("ids", expanding=True)))
    .order_by(_input.c.implementation_id, _input.c.name)
)
_TAGS = (
    select(_tag.c.id, _tag.c.tag)
    .where(_tag.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_tag.c.id, _tag.c.tag)
)
_LISTED = select(
    _flow.c.id,
    _flow.c.fullName,
    _flow.c.name,
    _flow.c.version,
    _flow.c.external_version,
    _flow.c.uploader,
).order_by(_flow.c.id)
_ID_OF = (
    select(_flow.c.id)
    .where(_flow.c.name == bindparam("name"), _flow.c.external_version == bindparam("external_version"))
    .order_by(_flow.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class FlowTree:
    """A flow and all flows below it, as rows.

    Args:
        flows: One row per flow, with the names, extensions and checksums of its two files.
        components: Parent, child and identifier, by child id within a parent.
        parameters: The inputs of all these flows, by name within a flow.
        tags: Flow id and tag, by tag within a flow.
    """

    flows: Rows
    components: Rows
    parameters: Rows
    tags: Rows


async def tree(connection: AsyncConnection, flow_id: int) -> FlowTree | None:
    """One flow with its components, to any depth. Returns the rows; None for an unknown id. The
    orders are those of the keys that PHP reads along (legacy notes, flow 2.2).
    """
    rows, *beside = await together(connection, (_FLOWS, {"flow_id": flow_id}), *_beside([flow_id]))
    if len(rows) > 1:
        beside = await together(connection, *_beside([row.id for row in rows]))
    return FlowTree(rows, *beside) if rows else None


def _beside(ids: Sequence[int]) -> Iterator[Read]:
    """What is read of some flows beside them."""
    return ((statement, {"ids": ids}) for statement in (_COMPONENTS, _PARAMETERS, _TAGS))


async def listed(
    connection: AsyncConnection,
    user: User,
    *,
    uploader: int | None,
    tag: str | None,
    limit: int | None,
    offset: int | None,
) -> Rows:
    """The flows of a list, by id, in one statement. Returns rows of id, fullName, name, version, external_version and
    uploader.

    Args:
        user: The caller: private flows are shown to their uploader and to administrators.
        uploader: Only this user's flows.
        tag: Only flows with this tag, as the column compares.
        limit: At most so many rows.
        offset: Skip so many rows.
    """
    found = _LISTED.where(visible_to(user, _flow.c.visibility, _flow.c.uploader))
    if uploader is not None:
        found = found.where(_flow.c.uploader == uploader)
    if tag is not None:
        found = found.join(_tag, _tag.c.id == _flow.c.id).where(_tag.c.tag == tag)
    if limit is not None:
        found = found.limit(limit)
    if offset:
        found = found.offset(offset)
    return (await connection.execute(found)).all()


async def id_of(connection: AsyncConnection, name: str, external_version: str) -> int | None:
    """The flow of a name and an external version, whoever may see it.

    ``name``: compared as the column compares: letter case and trailing blanks do not count. ``external_version``:
    likewise. Returns the lowest id; None when there is no such flow.
    """
    if not (storable(unicode.collation, name) and storable(unicode.collation, external_version)):
        return None
    given = {"name": name, "external_version": external_version}
    found: int | None = await connection.scalar(_ID_OF, given)
    return found
