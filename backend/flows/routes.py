"""Endpoints of flows."""

from typing import Annotated, Any

from backend import tables
from backend.flows import delete_routes, legacy, queries, shapes, upload_routes
from backend.flows.parts import parts_of
from backend.input.filters import FilterCodes, OptionalDigits, OptionalLimit, OptionalText
from backend.input.parameters import NoParameters, Parameters, PathId, PathText
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.tag_lists import NO_TAGS, distinct_tags, tag_faces

# Legacy notes, flow 11.
UNKNOWN = ProblemCase("flow-not-found", "181")
NOTHING = ProblemCase("no-results", "500")
CODES = FilterCodes(unknown="501", illegal="502", no_results="500")
# PHP answers 200 and the id -1, without a code (new-API contract, section B2).
NONE_SUCH = ProblemCase("flow-not-found")

FLOW = Faces(shapes.flow, legacy.flow)
FLOWS = Faces(shapes.listed, legacy.listed, legacy.listed_json)
FOUND = Faces(shapes.found, legacy.found)
TAGS = tag_faces("flow")


class FlowPath(Parameters):
    """A flow by its id."""

    flow_id: Annotated[int, PathId(zero="180")]


class FlowFilters(Parameters):
    """The filters of a list, in PHP's order of declaration."""

    uploader: OptionalDigits = None
    tag: OptionalText = None
    limit: OptionalLimit = None
    offset: OptionalDigits = None


class NamePath(Parameters):
    """A flow by its name and external version, in the path."""

    name: Annotated[str, PathText()]
    external_version: Annotated[str, PathText()]


class NameFields(Parameters):
    """A flow by its name and external version; what is not given is empty text, as in PHP."""

    name: str = ""
    external_version: str = ""


@operation(
    "flow.get", parameters=FlowPath, answer=shapes.Flow, round_trips=3, problems=(UNKNOWN,), faces=FLOW
)
async def get(call: Call[FlowPath]) -> Answer:
    """One flow with its parameters, tags, files and components, to any depth.

    Private flows can be read by id (legacy notes, flow 2.2).
    """
    flow_id = call.parameters.flow_id
    tree = await queries.tree(call.connection, flow_id)
    if tree is None:
        raise UNKNOWN.because(f"No flow with id {flow_id} found.")
    return FLOW(parts_of(tree), flow_id, call.settings.public_url)


@operation(
    "flow.list",
    parameters=FlowFilters,
    answer=list[shapes.ListedFlow],
    round_trips=2,
    problems=(NOTHING,),
    filters=CODES,
    faces=FLOWS,
)
async def every_flow(call: Call[FlowFilters]) -> Answer:
    """The flows that match the filters, by id; private ones only to their uploader and administrators."""
    filters = call.parameters
    rows = await queries.listed(
        call.connection,
        call.user,
        uploader=filters.uploader,
        tag=_tag(filters.tag),
        limit=filters.limit,
        offset=filters.offset,
    )
    if not rows:
        raise NOTHING.because("No flow matches the filters.")
    return FLOWS(rows)


def _tag(text: str | None) -> str | None:
    """The tag ``0`` is no filter: PHP takes it for "no tag given" (legacy notes, flow 2.3)."""
    return None if text == "0" else text


@operation(
    "flow.exists",
    parameters=NamePath,
    answer=shapes.FlowExists,
    round_trips=2,
    problems=(NONE_SUCH,),
    faces=FOUND,
)
async def exists(call: Call[NamePath]) -> Answer:
    """The id of the flow with a name and an external version, the lowest if there are several."""
    return await _found(call, call.parameters.name, call.parameters.external_version)


@operation(
    "flow.exists_form",
    parameters=NameFields,
    answer=shapes.FlowExists,
    round_trips=2,
    problems=(NONE_SUCH,),
    faces=FOUND,
)
async def exists_form(call: Call[NameFields]) -> Answer:
    """The same, asked for by query parameters, a form or a JSON body: for names that no path segment can hold."""
    return await _found(call, call.parameters.name, call.parameters.external_version)


async def _found(call: Call[Any], name: str, external_version: str) -> Answer:
    flow_id = await queries.id_of(call.connection, name, external_version)
    if flow_id is None and not call.is_legacy:
        raise NONE_SUCH.because(f"There is no flow {name!r} with external version {external_version!r}.")
    return FOUND(flow_id)


@operation(
    "flow.tags", parameters=NoParameters, answer=list[str], round_trips=2, problems=(NO_TAGS,), faces=TAGS
)
async def tags(call: Call[NoParameters]) -> Answer:
    """All tags that flows have."""
    found = await distinct_tags(call.connection, tables.implementation_tag, first_seen=call.is_legacy)
    if not found:
        raise NO_TAGS.because("No flow has a tag.")
    return TAGS(found)


operations: tuple[Operation[Any], ...] = (
    get,
    every_flow,
    exists,
    exists_form,
    tags,
    *upload_routes.operations,
    *delete_routes.operations,
)
