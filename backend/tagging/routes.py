"""Endpoints that put tags on entities and take them off: eleven operations, one implementation."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from backend.access import WRITER
from backend.handling.unprocessable import unprocessable
from backend.input.fields import NOT_GIVEN, EntityId, given
from backend.input.parameters import Parameters
from backend.input.request_input import ArrayField
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.tagging import legacy, queries, shapes
from backend.tagging.kinds import DATA, FLOW, RUN, SETUP, TASK, TaggedKind
from backend.tagging.parameters import DatasetTagPath, DataTag, FlowTag, RunTag, SetupTag, TaskTag
from backend.tagging.tags import (
    EXISTS,
    EXISTS_ALIKE,
    ILLEGAL,
    NOT_FOUND,
    NOT_OWNED,
    is_legal,
    refuse_twice,
    tag_entity,
    untag_entity,
)
from config.php.filtered import filtered
from config.php.text import trimmed_or_empty

MISSING = ProblemCase("validation-error", "471")
NO_INTEGER = ProblemCase("validation-error", "472")
PRIVATE = ProblemCase("dataset-no-access", "112")


def _fields(call: Call[Any], kind: TaggedKind) -> tuple[EntityId, str]:
    """The id and the tag, both given."""
    entity_id: EntityId = getattr(call.parameters, kind.field)
    tag: str = call.parameters.tag
    if isinstance(call.form.get(kind.field), ArrayField):
        entity_id = NOT_GIVEN
    missing = [name for name, value in ((kind.field, entity_id), ("tag", tag)) if not given(value)]
    if missing:
        raise unprocessable(call, missing, "missing", f"Give {kind.field} and tag", code="471")
    return entity_id, tag


def _echoed(call: Call[Any], kind: TaggedKind, entity_id: EntityId) -> str:
    """The id as the answer has it: PHP keeps the blanks around it."""
    sent = call.form.get(kind.field)
    return filtered(sent) if call.is_legacy and isinstance(sent, str) else entity_id.text


def _number(call: Call[Any], kind: TaggedKind, entity_id: EntityId) -> int:
    if entity_id.number is None:
        raise unprocessable(call, [kind.field], "id", "Give the id as an integer", code="472")
    return entity_id.number


def _faces(kind: TaggedKind, action: str) -> Faces[[str, Sequence[str]]]:
    return Faces(
        lambda entity_id, tags: shapes.answer(kind, action, entity_id, tags),
        lambda entity_id, tags: legacy.answer(kind, action, entity_id, tags),
    )


def _tagging(kind: TaggedKind, route: str, parameters: type[Parameters]) -> Operation[Any]:
    problems = (MISSING, NO_INTEGER, ILLEGAL, kind.unknown, PRIVATE, EXISTS, EXISTS_ALIKE)
    faces = _faces(kind, "tag")

    @operation(
        f"{route}.tag",
        parameters=parameters,
        answer=shapes.envelope(kind, "tag"),
        round_trips=5,
        problems=problems if kind in (DATA, TASK) else tuple(case for case in problems if case != PRIVATE),
        access=WRITER,
        faces=faces,
    )
    async def tag_one(call: Call[Any]) -> Answer:
        """Put a tag on what one may see; answers all tags that are there then."""
        # Looks for entity and tag before it looks at the characters, as PHP does.
        entity_id, tag = _fields(call, kind)
        number = _number(call, kind, entity_id)
        row = await queries.entity(call.connection, kind, number)
        if row is None:
            raise kind.unknown.because(f"No {kind.label} with id {entity_id.text} found.")
        if row.did is not None and not call.user.may_see(row.visibility, row.uploader):
            raise PRIVATE.because(f"No access granted: dataset {row.did} is private.")
        if isinstance(call.form.get("tag"), ArrayField):  # which PHP's database does not take
            raise EXISTS_ALIKE.because("A tag is one text.")
        if not is_legal(tag):
            await refuse_twice(call, kind, number, tag, entity_id.text)
            told = f"id={entity_id.text}; tag="
            message = f"A tag is 1 to 64 of the characters A-Z a-z 0-9 . _ -: {told}{trimmed_or_empty(tag)}"
            raise unprocessable(call, ["tag"], "tag", message, code="477", additional=f"{told}{tag}")
        tags = await tag_entity(call, kind, number, tag, sent=entity_id.text)
        return faces(_echoed(call, kind, entity_id), tags)

    return tag_one


async def _take(call: Call[Any], kind: TaggedKind, number: int, tag: str, sent: str) -> list[str]:
    row = await queries.entity(call.connection, kind, number)
    hidden = row is not None and row.did is not None and not call.user.may_see(row.visibility, row.uploader)
    if row is None or hidden:
        raise kind.unknown.because(f"No {kind.label} with id {sent} found.")
    return await untag_entity(call, kind, number, tag)


def _untagging(kind: TaggedKind, route: str, parameters: type[Parameters]) -> Operation[Any]:
    faces = _faces(kind, "untag")

    @operation(
        f"{route}.untag",
        parameters=parameters,
        answer=shapes.envelope(kind, "untag"),
        round_trips=5,
        problems=(MISSING, NO_INTEGER, kind.unknown, NOT_FOUND, NOT_OWNED),
        access=WRITER,
        faces=faces,
    )
    async def untag_one(call: Call[Any]) -> Answer:
        """Take a tag off that one put there; administrators take off any. Answers the tags that are left."""
        entity_id, tag = _fields(call, kind)
        number = _number(call, kind, entity_id)
        tags = await _take(call, kind, number, tag, entity_id.text)
        return faces(_echoed(call, kind, entity_id), tags)

    return untag_one


@operation(
    "dataset.delete_tag",
    parameters=DatasetTagPath,
    answer=None,
    round_trips=5,
    problems=(MISSING, DATA.unknown, NOT_FOUND, NOT_OWNED),
    access=WRITER,
    status=204,
)
async def delete_tag(call: Call[DatasetTagPath]) -> Answer:
    """Take a tag off a data set, as `POST /datasets/untag` does; answers nothing."""
    if not given(call.parameters.tag):
        raise unprocessable(call, ["tag"], "missing", "Give tag", code="471")
    dataset_id = call.parameters.dataset_id
    await _take(call, DATA, dataset_id, call.parameters.tag, str(dataset_id))
    return Response(status_code=204)


operations: tuple[Operation[Any], ...] = (
    _tagging(DATA, "dataset", DataTag),
    _untagging(DATA, "dataset", DataTag),
    delete_tag,
    _tagging(TASK, "task", TaskTag),
    _untagging(TASK, "task", TaskTag),
    _tagging(FLOW, "flow", FlowTag),
    _untagging(FLOW, "flow", FlowTag),
    _tagging(RUN, "run", RunTag),
    _untagging(RUN, "run", RunTag),
    _tagging(SETUP, "setup", SetupTag),
    _untagging(SETUP, "setup", SetupTag),
)
