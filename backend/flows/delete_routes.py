"""Endpoints that delete flows."""

from collections.abc import Iterable
from typing import Annotated, Any

from typing_extensions import TypedDict

from backend.access import WRITER, admin_writes
from backend.database.conflicts import refusing
from backend.database.results import AnyRow
from backend.flows import delete_queries as queries
from backend.handling.stored_files import delete_file
from backend.input.parameters import Parameters, PathId
from backend.legacy.answers import identified
from backend.operations import Answer, Call, Operation, operation
from backend.problems import Problem, ProblemCase

# Legacy notes, flow 2.6 and 2.7.
UNKNOWN = ProblemCase("flow-not-found", "322")
NOT_OWNED = ProblemCase("flow-not-owned", "323")
HAS_RUNS = ProblemCase("flow-in-use", "324")
SET_ELSEWHERE = ProblemCase("flow-in-use", "325")
TAGGED_SETUP = ProblemCase("flow-in-use", "327")
SUBFLOW = ProblemCase("flow-in-use", "328")
NO_ADMINISTRATOR = ProblemCase("administrator-only", "550")

DELETED = identified("flow_delete")

RUNS_NAMED = 100
"""How many of the runs that keep a flow are named, as in PHP."""


class DeletedFlowPath(Parameters):
    """A flow by its id."""

    flow_id: Annotated[int, PathId()]


class FlowDeleted(TypedDict):
    """What was deleted."""

    id: int


@operation(
    "flow.delete",
    parameters=DeletedFlowPath,
    answer=FlowDeleted,
    round_trips=14,
    problems=(UNKNOWN, NOT_OWNED, HAS_RUNS, SUBFLOW, TAGGED_SETUP, SET_ELSEWHERE),
    access=WRITER,
    faces=DELETED,
)
async def delete(call: Call[DeletedFlowPath]) -> Answer:
    """Delete a flow of one's own that has no runs and is no component, with its setups, parameters and files.

    Components stay.
    """
    row = await _flow(call)
    if not call.user.may_change(row.uploader):
        raise NOT_OWNED.because(f"Flow {call.parameters.flow_id} is not owned by you.")
    found = await queries.runs(call.connection, call.parameters.flow_id, limit=RUNS_NAMED)
    if found:
        raise _has_runs(call, found)
    return await _deleted(call, row)


@operation(
    "flow.force_delete",
    parameters=DeletedFlowPath,
    answer=FlowDeleted,
    round_trips=12,
    problems=(UNKNOWN, HAS_RUNS, SUBFLOW, TAGGED_SETUP, SET_ELSEWHERE),
    access=admin_writes(NO_ADMINISTRATOR),
    faces=DELETED,
)
async def force_delete(call: Call[DeletedFlowPath]) -> Answer:
    """Delete a flow with its runs and their evaluations; their files stay. Runs in a study keep the flow."""
    flow_id = call.parameters.flow_id
    row = await _flow(call)
    found = await queries.runs(call.connection, flow_id)
    in_study = _has_runs(call, found[:RUNS_NAMED])
    if await queries.has_run_in_study(call.connection, flow_id):
        raise in_study
    with refusing(reference=in_study):
        await queries.remove_runs(call.connection, flow_id)
    deleted = await _deleted(call, row)
    for run_id in found:
        call.index.delete("run", run_id)
    return deleted


async def _flow(call: Call[DeletedFlowPath]) -> AnyRow:
    row = await queries.flow(call.connection, call.parameters.flow_id)
    if row is None:
        raise UNKNOWN.because(f"No flow with id {call.parameters.flow_id} found.")
    return row


async def _deleted(call: Call[DeletedFlowPath], row: AnyRow) -> Answer:
    """Delete a flow without runs, unless something else keeps it (PHP's order)."""
    connection, flow_id = call.connection, call.parameters.flow_id
    parents = await queries.parents(connection, flow_id)
    if parents:
        named = _named(parents)
        raise SUBFLOW.because(f"Flow {flow_id} is a component of the flows {named}.", additional=named)
    if await queries.has_tagged_setup(connection, flow_id):
        raise TAGGED_SETUP.because(f"Flow {flow_id} has setups with tags.")
    elsewhere = SET_ELSEWHERE.because(f"Flow {flow_id} has parameters that setups of other flows set.")
    if await queries.is_set_elsewhere(connection, flow_id):
        raise elsewhere
    with refusing(reference=elsewhere):
        await queries.remove(connection, flow_id)
    for file_id in (row.binary_file_id, row.source_file_id):
        await delete_file(call, file_id)
    call.index.delete("flow", flow_id)
    return DELETED(flow_id)


def _has_runs(call: Call[DeletedFlowPath], found: Iterable[int]) -> Problem:
    named = _named(found)
    return HAS_RUNS.because(
        f"Flow {call.parameters.flow_id} is in use by the runs {named}.", additional=f"{named} ()"
    )


def _named(ids: Iterable[int]) -> str:
    return "{" + ", ".join(map(str, ids)) + "}"


operations: tuple[Operation[Any], ...] = (delete, force_delete)
