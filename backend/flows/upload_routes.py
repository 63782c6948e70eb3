"""Endpoint that uploads flows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile
from typing_extensions import TypedDict

from backend.access import WRITER
from backend.flows import upload_queries as queries
from backend.flows.uploads import FlowDescription, read_flow
from backend.handling.descriptions import XML, faulty, given_description, valid
from backend.handling.stored_files import StoredFile, store_file
from backend.input.parameters import NoParameters
from backend.input.uploads import file_problem, form_text
from backend.input.xml_documents import NO_ELEMENT, Fault, IllegalDocument
from backend.legacy.answers import identified
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import InputError, InputProblem, ProblemCase
from backend.request_bodies import Part
from backend.storage.interface import Staged, UnusableName
from backend.tagging.kinds import FLOW
from backend.tagging.tags import EXISTS, EXISTS_ALIKE, ILLEGAL, is_legal, tag_entity

# Legacy notes, flow 2.5. The problems of tags are those of tagging.
FAULTY_FILE = ProblemCase("validation-error", "160")
NO_DESCRIPTION = ProblemCase("validation-error", "161")
INVALID = ProblemCase("validation-error", "163")
OTHER_FILE = ProblemCase("validation-error", "167")
OTHER_CHECKSUM = ProblemCase("validation-error", "168")
ALREADY_THERE = ProblemCase("flow-already-exists", "171")
NOT_STORED = ProblemCase("validation-error", "173")

UPLOADED = identified("upload_flow")

FILES = ("source", "binary")
DESCRIPTION = "description"

# A filter takes the tags apart that PHP finds in form fields, so no description ever arrived in one.
_NO_XML = IllegalDocument(
    [
        Fault("Start tag expected: send the description as a file, in a field it is no XML", 1, 1),
        Fault(NO_ELEMENT, -1),
    ],
    IllegalDocument([Fault("Start tag expected, '<' not found", 1, 1), Fault(NO_ELEMENT, -1)]),
)


class FlowUploaded(TypedDict):
    """What was made."""

    id: int


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A source or binary of a flow. ``upload``: as the client sent it. ``staged``: its content."""

    upload: UploadFile
    staged: Staged


@operation(
    "flow.upload",
    parameters=NoParameters,
    answer=FlowUploaded,
    round_trips=74,
    problems=(
        FAULTY_FILE,
        INVALID,
        ALREADY_THERE,
        NO_DESCRIPTION,
        OTHER_FILE,
        OTHER_CHECKSUM,
        NOT_STORED,
        ILLEGAL,
        EXISTS,
        EXISTS_ALIKE,
    ),
    access=WRITER,
    parts=(
        Part(DESCRIPTION, "The flow.", "flow_upload", required=True),
        *(Part(name, f"The {name} of the flow.") for name in FILES),
    ),
    body_limit=UPLOAD_LIMIT,
    faces=UPLOADED,
)
async def upload(call: Call[NoParameters]) -> Answer:
    """Store a flow: a description with its components, parameters and tags, and perhaps a source and a binary.

    Components that are there already are linked, others are stored with it.
    """
    # The order of the checks is PHP's: that the flow exists already comes before other mistakes with its files.
    parts = dict(_parts(call.form))
    for field, part in parts.items():
        reason = file_problem(part)
        if reason is not None:
            raise _refused(field, "file_empty", f"The file {field} cannot be used: {reason}", FAULTY_FILE)
    if form_text(call.form, DESCRIPTION) not in (None, "", "0"):
        raise faulty(DESCRIPTION, XML, _NO_XML, "163")
    given = await given_description(call, DESCRIPTION, missing="161", quiet=True)
    flow = read_flow(await valid(call, given, DESCRIPTION, "flow_upload", code="163"))
    await _check_new(call, flow)
    files = await _files(call, parts, flow)
    flow_id = await _store(call, flow, {field: await _stored(call, field, files[field]) for field in files})
    return UPLOADED(flow_id)


def _parts(form: FormData) -> Iterator[tuple[str, UploadFile]]:
    """The files by their fields; a source or binary without a name is none, as of a form that was not filled in."""
    for field, part in form.multi_items():
        if isinstance(part, UploadFile) and (part.filename or field not in FILES):
            yield field, part


async def _check_new(call: Call[Any], flow: FlowDescription) -> None:
    """A flow without external version is always a new one, as in PHP."""
    if flow.external_version is None:
        return
    there = await queries.equals(call.connection, flow.name, flow.external_version)
    if there:
        ids = ",".join(map(str, there))
        raise ALREADY_THERE.because(
            f"There is a flow {flow.name} with external version {flow.external_version}: "
            f"implementation_id:{ids}.",
            additional=f"implementation_id:{ids}",
        )


async def _files(call: Call[Any], parts: dict[str, UploadFile], flow: FlowDescription) -> dict[str, FlowFile]:
    files = {}
    for field, part in parts.items():
        if field == DESCRIPTION:
            continue
        if field not in FILES:
            message = f"A flow has no file {field}; it may have {' and '.join(FILES)}"
            raise _refused(field, "extra_forbidden", message, OTHER_FILE)
        staged = await call.files.stage(part)
        told = flow.checksums.get(field, staged.md5)
        if told != staged.md5:
            message = (
                f"The description says that the md5 of the file {field} is {told}, and it is {staged.md5}"
            )
            raise _refused(field, "md5", message, OTHER_CHECKSUM)
        files[field] = FlowFile(part, staged)
    return files


async def _stored(call: Call[Any], field: str, file: FlowFile) -> StoredFile:
    folder = f"implementation/{field}/"
    try:
        return await store_file(call, file.upload, folder, "implementation", staged=file.staged)
    except UnusableName as error:
        message = f"The file {field} cannot be stored: {error}"
        raise _refused(field, "file_name", message, NOT_STORED) from error


async def _store(call: Call[Any], flow: FlowDescription, files: dict[str, StoredFile]) -> int:
    """Store a flow with all that is below it. ``flow``: what is told of it. ``files``: its source and binary, as far
    as it has them.
    """
    columns: dict[str, object] = {**flow.columns}
    for field, file in files.items():
        columns[f"{field}_file_id"] = file.id
    if flow.external_version is None and files:
        columns["external_version"] = (files.get("source") or files["binary"]).md5
    flow_id, version = await queries.add(call.connection, columns, call.user.id, call.now())
    call.index.put("flow", flow_id, name=flow.name, version=version, uploader=call.user.id, tags=[])
    for tag in flow.tags:
        if not is_legal(tag):
            told = f"id={flow_id}; tag={tag}"
            message = f"The tag {tag} is not 1 to 64 of the characters A-Z a-z 0-9 . _ -: {told}"
            raise _refused(DESCRIPTION, "tag", message, ILLEGAL, told)
        await tag_entity(call, FLOW, flow_id, tag)
    for parameter in flow.parameters:
        await queries.add_parameter(call.connection, flow_id, parameter)
    for identifier, component in flow.components:
        child = await _component(call, component)
        await queries.link(call.connection, flow_id, child, identifier)
    return flow_id


async def _component(call: Call[Any], component: FlowDescription) -> int:
    """The flow of a component: one that is there, else a new one."""
    if component.external_version is not None:
        there = await queries.equals(call.connection, component.name, component.external_version)
        if there:
            return there[0]
    return await _store(call, component, {})


def _refused(
    field: str, kind: str, message: str, case: ProblemCase, additional: str | None = None
) -> InputProblem:
    error: InputError = {"type": kind, "loc": ["body", field], "msg": message, "input": None}
    return InputProblem(f"{message}.", [error], code=case.code, additional=additional)


operations: tuple[Operation[Any], ...] = (upload,)
