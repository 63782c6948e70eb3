"""Endpoints of evaluations."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from backend.access import admin_reads
from backend.evaluations import legacy, queries, shapes
from backend.evaluations.choices import (
    PER_FOLD,
    SORT_ORDER,
    PerFold,
    SortOrder,
    check_per_fold,
    check_sort_order,
)
from backend.evaluations.request_filters import NO_VALUE, RequestFilters, read_filters
from backend.input.filters import FilterCodes, OptionalText
from backend.input.parameters import PathId, PathText
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import NO_SUCH_PATH, ProblemCase, refused
from backend.runs.queries import AnyRow
from backend.runs.selection import (
    MAXIMUM,
    RunSelection,
    SelectionCodes,
    check_asked,
    check_limit,
    check_study,
    too_many,
)
from config.php.numbers import intval

NOTHING_LISTED: Final = ProblemCase("no-results", "542")
NOTHING_REQUESTED: Final = ProblemCase("no-results", "1013")
LIST_CODES: Final = SelectionCodes(limit="546", study="555", nothing_asked="540", no_results="542")
FILTER_CODES: Final = FilterCodes(unknown="544", illegal="541", no_results="542")
SELECTORS: Final = ("task", "setup", "flow", "uploader", "run", "tag", "study", "limit", "function")
"""The filters that restrict a list of evaluations (legacy notes, task 4.2, check 8)."""

TOO_MANY: Final = "543"
TOO_MANY_PER_FOLD: Final = "548"
LIST_PROBLEMS: Final = (
    NOTHING_LISTED,
    *LIST_CODES.refused(),
    *refused(PER_FOLD, SORT_ORDER, TOO_MANY, TOO_MANY_PER_FOLD),
)

EVALUATIONS: Final = Faces(shapes.listed, legacy.listed, legacy.listed_json)
WITH_SETUPS: Final = Faces(
    shapes.listed_with_setups, legacy.listed_with_setups, legacy.listed_with_setups_json
)
REQUESTED: Final = Faces(shapes.requested, legacy.requested)

RETRY_AFTER: Final = timedelta(minutes=30)
"""How long a failed evaluation rests before it is tried again (legacy notes, task 4.3)."""

ORDERS: Final[dict[str, queries.Order]] = {"random": "random", "reverse": "reverse", "normal": "normal"}


class EvaluationFilters(RunSelection):
    """The filters of the lists of evaluations."""

    function: OptionalText = None
    per_fold: Annotated[str | None, PerFold()] = None
    sort_order: Annotated[str | None, SortOrder()] = None


@operation(
    "evaluation.setup_list",
    parameters=EvaluationFilters,
    answer=list[shapes.ListedWithSetup],
    round_trips=5,
    problems=LIST_PROBLEMS,
    filters=FILTER_CODES,
    faces=WITH_SETUPS,
)
async def setup_list(call: Call[EvaluationFilters]) -> Answer:
    """As the list of evaluations, with the parameters of the setups."""
    rows, folds = await _listed(call)
    parameters = await queries.parameters(call.connection, (row.setup for row in rows))
    return WITH_SETUPS(rows, folds, parameters)


@operation(
    "evaluation.list",
    parameters=EvaluationFilters,
    answer=list[shapes.ListedEvaluation],
    round_trips=4,
    problems=LIST_PROBLEMS,
    filters=FILTER_CODES,
    faces=EVALUATIONS,
)
async def list_(call: Call[EvaluationFilters]) -> Answer:
    """The evaluations of the runs that match all filters, of which there must be at least one.

    They come by run, measure and engine, or by value when a sort order is asked for.
    """
    return EVALUATIONS(*await _listed(call))


async def _listed(call: Call[EvaluationFilters]) -> tuple[Sequence[AnyRow], queries.Folds]:
    """The rows of a list and the values of their folds, after all checks in PHP's order (legacy notes, task 4.2)."""
    filters, user, now = call.parameters, call.user, call.now()
    per_fold = check_per_fold(call, filters.per_fold)
    check_limit(call, filters, LIST_CODES)
    sort_order = check_sort_order(call, filters.sort_order)
    await check_study(call, filters.study, LIST_CODES)
    check_asked(call, filters, SELECTORS, LIST_CODES)
    if filters.limit is None or per_fold:
        size = await queries.count_runs(call.connection, filters, user, now, MAXIMUM + 1)
        if size > MAXIMUM:
            size = await queries.count_runs(call.connection, filters, user, now)
            message = f"{size} runs match the filters, more than {MAXIMUM}: ask for fewer, or give a limit"
            raise too_many(call, message, TOO_MANY_PER_FOLD if per_fold else TOO_MANY, _told(size, per_fold))
    if call.is_legacy and per_fold and sort_order:
        raise NOTHING_LISTED.because("PHP's SQL of sorted folds is none.")
    shown = queries.Presentation(filters.function, per_fold, sort_order)
    rows = await queries.listed(call.connection, filters, shown, user, now)
    if not rows:
        raise NOTHING_LISTED.because("No evaluations match the filters.")
    return rows, await queries.folds(call.connection, rows) if call.is_legacy and per_fold else {}


def _told(size: int, per_fold: bool) -> str:
    """What PHP says of too many runs."""
    if per_fold:
        return f"Number of inspected run records: {size} runs; max: {MAXIMUM}"
    return f"Size of result set: {size} runs; max size: {MAXIMUM}"


class EngineRequest(RequestFilters):
    """An engine, how many runs it wants in which order, and which."""

    engine_id: Annotated[int, PathId()]
    order: Annotated[str, PathText()]
    count: Annotated[int, PathId(sought=False)]


@operation(
    "evaluation.request",
    parameters=EngineRequest,
    answer=list[shapes.Requested],
    round_trips=2,
    problems=(NO_SUCH_PATH, NOTHING_REQUESTED, *refused(NO_VALUE)),
    access=admin_reads(),
    filters=FilterCodes(unknown="1011", illegal="1012", no_results="1013"),
    faces=REQUESTED,
)
async def request(call: Call[EngineRequest]) -> Answer:
    """Runs that an engine has not evaluated yet, or failed to, for administrators."""
    asked = call.parameters
    order = ORDERS.get(asked.order)
    if order is None:
        raise NO_SUCH_PATH.because(f"The order is {', '.join(ORDERS)}, not {asked.order}.")
    columns, tag = read_filters(call, asked)
    count = intval(call.request.path_params["count"]) if call.is_legacy else asked.count
    wanted = queries.RunRequest(asked.engine_id, order, count, call.now() - RETRY_AFTER)
    rows = [] if count < 0 else await queries.unevaluated(call.connection, wanted, columns, tag)
    if not rows:
        raise NOTHING_REQUESTED.because("There are no unevaluated runs according to the criteria.")
    return REQUESTED(rows)


operations: tuple[Operation[Any], ...] = (setup_list, list_, request)
