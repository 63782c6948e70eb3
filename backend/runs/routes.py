"""Endpoints of runs."""

from typing import Annotated, Any, Final

from backend import tables
from backend.access import WRITER, WRITER_UNLESS_GET
from backend.input.filters import FilterCodes, OptionalIds, Text
from backend.input.parameters import NoParameters, Parameters, PathId, Reader
from backend.legacy.answers import identified
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.private_data import of_run
from backend.problems import READ_ONLY_ACCOUNT, ProblemCase, refused
from backend.runs import legacy, queries, shapes, write_routes
from backend.runs.selection import (
    MAXIMUM,
    RunSelection,
    SelectionCodes,
    check_asked,
    check_limit,
    check_study,
    too_many,
)
from backend.runs.write_routes import RunPath
from backend.tag_lists import NO_TAGS, distinct_tags, tag_faces
from config.php.numbers import digits_of

UNKNOWN: Final = ProblemCase("run-not-found", "236")
TRACE_OF_UNKNOWN: Final = ProblemCase("run-not-found", "571")
NO_TRACE: Final = ProblemCase("run-trace-not-found", "572")
NOTHING_LISTED: Final = ProblemCase("no-results", "512")
RESET_OF_UNKNOWN: Final = ProblemCase("run-not-found", "412")
RESET_OF_OTHERS: Final = ProblemCase("run-not-owned", "413")
LIST_CODES: Final = SelectionCodes(limit="516", study="517", nothing_asked="510", no_results="512")
TOO_MANY: Final = "513"
RUNS: Final = Faces(shapes.listed, legacy.listed, legacy.listed_json)
RUN: Final = Faces(shapes.run, legacy.run)
TRACE: Final = Faces(shapes.trace, legacy.trace)
RESET: Final = identified("run_reset")
TAGS: Final = tag_faces("run")
SELECTORS: Final = ("task", "task_type", "setup", "flow", "uploader", "run", "tag", "limit", "study")
"""The filters that restrict a list of runs (legacy notes, task 3.2, check 6)."""


class ErrorsShown(Reader):
    """Whether runs whose evaluation failed are listed: ``true`` in any letter case; all else is no."""

    def read(self, value: object) -> bool:
        """Read a filter value."""
        return value if isinstance(value, bool) else Text().read(value).lower() == "true"

    def describe(self) -> dict[str, Any]:
        """A boolean, or text."""
        return {"anyOf": [{"type": "boolean"}, Text().describe()]}


class RunFilters(RunSelection):
    """The filters of the list of runs."""

    task_type: OptionalIds = None
    show_errors: Annotated[bool, ErrorsShown()] = False


class DescribedRunPath(Parameters):
    """A run by its id, which is asked for when it is 0."""

    run_id: Annotated[int, PathId(zero="235")]


@operation(
    "run.list",
    parameters=RunFilters,
    answer=list[shapes.ListedRun],
    round_trips=3,
    problems=(NOTHING_LISTED, *LIST_CODES.refused(), *refused(TOO_MANY)),
    filters=FilterCodes(unknown="514", illegal="511", no_results="512"),
    faces=RUNS,
)
async def list_(call: Call[RunFilters]) -> Answer:
    """The runs that match all filters, of which there must be at least one, in the order of their ids."""
    filters = call.parameters
    check_limit(call, filters, LIST_CODES)
    await check_study(call, filters.study, LIST_CODES)
    check_asked(call, filters, SELECTORS, LIST_CODES)
    selection = queries.Selection(filters, filters.task_type, filters.show_errors, call.user, call.now())
    rows = await queries.listed(call.connection, selection)
    if not rows:
        raise NOTHING_LISTED.because("No runs match the filters.")
    if len(rows) > MAXIMUM:
        size = await queries.count_listed(call.connection, selection)
        told = f"Size of result set: {size}; max size: {MAXIMUM}"
        message = f"The list has {size} rows, more than {MAXIMUM}: give a limit"
        raise too_many(call, message, TOO_MANY, told)
    return RUNS(rows)


@operation(
    "run.trace",
    parameters=RunPath,
    answer=shapes.Trace,
    round_trips=3,
    problems=(TRACE_OF_UNKNOWN, NO_TRACE),
    faces=TRACE,
)
async def trace(call: Call[RunPath]) -> Answer:
    """The optimisation trace of a run, by repeat, fold and iteration."""
    rid = call.parameters.run_id
    rows = await queries.trace(call.connection, rid)
    if rows:
        return TRACE(rid, rows, digits_of(call.request.path_params["run_id"]))
    if await queries.owner(call.connection, rid) is None:
        raise TRACE_OF_UNKNOWN.because(f"No run with id {rid} found.")
    raise NO_TRACE.because(f"Run {rid} has no trace.")


@operation(
    "run.get",
    parameters=DescribedRunPath,
    answer=shapes.Run,
    round_trips=2,
    problems=(UNKNOWN,),
    faces=RUN,
)
async def get(call: Call[DescribedRunPath]) -> Answer:
    """One run with its parameters, tags, data, files and evaluations."""
    rid = call.parameters.run_id
    run = await queries.run(call.connection, rid)
    if run is None:
        raise UNKNOWN.because(f"No run with id {rid} found.")
    return RUN(run, call.settings)


@operation(
    "run.reset",
    access=WRITER_UNLESS_GET,
    parameters=RunPath,
    answer=shapes.Reset,
    round_trips=3,
    problems=(RESET_OF_UNKNOWN, RESET_OF_OTHERS, READ_ONLY_ACCOUNT),
    faces=RESET,
)
async def reset(call: Call[RunPath]) -> Answer:
    """Forget what all engines said of a run, so that they evaluate it anew."""
    # PHP answers this on GET too, where it lets everybody pass: who may not do it hears that the run is not
    # theirs (legacy notes, task 3.6).
    rid = call.parameters.run_id
    row = await queries.owner(call.connection, rid)
    if row is None:
        raise RESET_OF_UNKNOWN.because(f"No run with id {rid} found.")
    if not call.user.may_change(row.uploader):
        raise RESET_OF_OTHERS.because(f"Run {rid} is not owned by you.")
    WRITER.check(call.user)
    await queries.forget_evaluations(call.connection, rid)
    return RESET(rid)


@operation(
    "run.tags", parameters=NoParameters, answer=list[str], round_trips=2, problems=(NO_TAGS,), faces=TAGS
)
async def tags(call: Call[NoParameters]) -> Answer:
    """The tags that runs have, each once."""
    found = await distinct_tags(
        call.connection,
        tables.run_tag,
        call.user,
        None if call.is_legacy else of_run,
        first_seen=call.is_legacy,
    )
    if not found:
        raise NO_TAGS.because("No run has a tag.")
    return TAGS(found)


operations: tuple[Operation[Any], ...] = (list_, trace, get, reset, tags, *write_routes.operations)
