"""Endpoints of setups."""

from typing import Annotated, Any

from sqlalchemy import Select

from backend import tables
from backend.input.filters import FilterCodes
from backend.input.parameters import NoParameters, Parameters, PathId
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase, refused
from backend.request_bodies import Part
from backend.setups import legacy, queries, search, shapes, write_routes
from backend.setups.filters import MOST, SetupFilters, check, too_many
from backend.tag_lists import NO_TAGS, distinct_tags, tag_faces

# Legacy notes, flow 11.
UNKNOWN = ProblemCase("setup-not-found", "281")
NOTHING = ProblemCase("no-results", "674")
NO_MATCH = ProblemCase("no-results", "587")
NO_DIFFERENCES = ProblemCase("no-results", "520")
SEARCH_PROBLEMS = (*refused("581", "582"), *search.SEARCH.refused())
CODES = FilterCodes(unknown="671", illegal="672", no_results="674")

SETUP = Faces(shapes.setup, legacy.setup)
SETUPS = Faces(shapes.listed, legacy.listed)
EXISTENCE = Faces(shapes.existence, legacy.existence)
DIFFERENCES = Faces(shapes.differences, legacy.differences)
TAGS = tag_faces("setup")

UPLOAD_LIMIT = 3_000_000
"""Bytes of a request with a run description; PHP takes files of 2 MB (legacy notes, data 1.5)."""


class SetupPath(Parameters):
    """A setup by its id."""

    setup_id: Annotated[int, PathId(zero="280")]


class PairPath(Parameters):
    """Two setups, and perhaps a task."""

    setup_a: Annotated[int, PathId()]
    setup_b: Annotated[int, PathId()]
    task_id: Annotated[int | None, PathId()] = None


@operation(
    "setup.get", parameters=SetupPath, answer=shapes.Setup, round_trips=3, problems=(UNKNOWN,), faces=SETUP
)
async def get(call: Call[SetupPath]) -> Answer:
    """One setup with its parameters, whoever owns its flow."""
    setup_id = call.parameters.setup_id
    row = await queries.setup(call.connection, setup_id)
    if row is None:
        raise UNKNOWN.because(f"No setup with id {setup_id} found.")
    return SETUP(row, await queries.parameters(call.connection, [row.sid]))


@operation(
    "setup.list",
    parameters=SetupFilters,
    answer=list[shapes.ListedSetup],
    round_trips=3,
    problems=(NOTHING, *refused("670", "673", "676")),
    filters=CODES,
    faces=SETUPS,
)
async def every_setup(call: Call[SetupFilters]) -> Answer:
    """The setups that match the filters, by id; at least one filter must be given."""
    filters = call.parameters
    check(call)
    found = queries.matching(flows=filters.flow, setups=filters.setup, tag=filters.tag)
    rows = await queries.page(call.connection, found, limit=filters.limit or MOST + 1, offset=filters.offset)
    if not rows:
        raise NOTHING.because("No setup matches the filters.")
    if len(rows) > MOST:
        raise too_many(call, await queries.number_of(call.connection, found))
    return await _listed(call, rows)


@operation(
    "setup.exists",
    parameters=NoParameters,
    answer=shapes.Existence,
    round_trips=5,
    problems=SEARCH_PROBLEMS,
    faces=EXISTENCE,
    parts=(Part("description", "A run description.", "run_upload"),),
    body_limit=UPLOAD_LIMIT,
)
async def exists(call: Call[NoParameters]) -> Answer:
    """The setup that has exactly the parameters of a run description, the lowest if there are several."""
    found = await _searched(call, exactly=True)
    rows = await queries.page(call.connection, found, limit=1)
    return EXISTENCE(rows[0].sid if rows else None)


@operation(
    "setup.partial",
    parameters=NoParameters,
    answer=list[shapes.ListedSetup],
    round_trips=6,
    problems=(NO_MATCH, *SEARCH_PROBLEMS),
    faces=SETUPS,
    parts=(Part("description", "A run description.", "run_upload"),),
    body_limit=UPLOAD_LIMIT,
)
async def partial(call: Call[NoParameters]) -> Answer:
    """The setups that have at least the parameters of a run description, by id."""
    rows = await queries.page(call.connection, await _searched(call, exactly=False))
    if not rows:
        raise NO_MATCH.because("No setup has these parameters.")
    return await _listed(call, rows)


async def _listed(call: Call[Any], rows: queries.Rows) -> Answer:
    setup_ids = [row.sid for row in rows]
    # Only PHP's list depends on tags.
    return SETUPS(rows, await queries.parameters(call.connection, setup_ids, with_tags=call.is_legacy))


async def _searched(call: Call[NoParameters], *, exactly: bool) -> Select[tuple[int, int]]:
    return await search.statement(call, await search.read_description(call), exactly=exactly)


@operation(
    "setup.differences",
    parameters=PairPath,
    answer=list[shapes.SetupDifference],
    round_trips=2,
    problems=(NO_DIFFERENCES,),
    faces=DIFFERENCES,
)
async def differences(call: Call[PairPath]) -> Answer:
    """How far two setups differ, on all tasks or on one; which of the two comes first does not matter."""
    pair = call.parameters
    rows = await queries.differences(call.connection, pair.setup_a, pair.setup_b, pair.task_id)
    if not rows:
        raise NO_DIFFERENCES.because(
            f"Nothing is stored about how far setups {pair.setup_a} and {pair.setup_b} differ"
            + (f" on task {pair.task_id}." if pair.task_id is not None else ".")
        )
    return DIFFERENCES(rows)


@operation(
    "setup.tags", parameters=NoParameters, answer=list[str], round_trips=2, problems=(NO_TAGS,), faces=TAGS
)
async def tags(call: Call[NoParameters]) -> Answer:
    """All tags that setups have."""
    found = await distinct_tags(call.connection, tables.setup_tag, first_seen=call.is_legacy)
    if not found:
        raise NO_TAGS.because("No setup has a tag.")
    return TAGS(found)


operations: tuple[Operation[Any], ...] = (
    get,
    every_setup,
    exists,
    partial,
    differences,
    tags,
    *write_routes.operations,
)
