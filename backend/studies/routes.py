"""Endpoints of studies."""

from typing import Any, TypeVar

from backend.input.filters import FilterCodes
from backend.operations import Call, Document, Operation, operation
from backend.problems import ProblemCase
from backend.studies import queries, shapes, write_routes
from backend.studies.parameters import StudyFilters, StudyKey, StudyPart, StudyPath

P = TypeVar("P", bound=StudyPath)

UNKNOWN = ProblemCase("study-not-found", "601")
PRIVATE = ProblemCase("study-private", "602")
LEGACY = ProblemCase("study-legacy", "601")
NOTHING = ProblemCase("no-results", "599")

FILTERS = FilterCodes(unknown="596", illegal="597", no_results="599")


@operation(
    "study.list",
    parameters=StudyFilters,
    answer=list[shapes.ListedStudy],
    problems=(NOTHING,),
    filters=FILTERS,
)
async def every_study(call: Call[StudyFilters]) -> Document:
    """The studies that match the filters; active ones, unless a status is asked for.

    One round trip to the database (two with a key).
    """
    rows = await queries.listed(call.connection, call.parameters, call.user)
    if not rows:
        raise NOTHING.because("No studies match these filters.")
    return [shapes.listed(row) for row in rows]


async def _study(call: Call[P], key: StudyKey) -> Document:
    row = await queries.study(call.connection, key)
    if row is None:
        raise UNKNOWN.because(f"No study with id or alias {key} found.")
    if not call.user.may_see(row.visibility, row.creator):
        raise PRIVATE.because(f"Study {row.id} is private.")
    if row.legacy == "y":
        raise LEGACY.because(f"Study {row.id} is made of tags; such studies are no longer supported.")
    members = queries.run_members if row.main_entity_type == "run" else queries.task_members
    return shapes.study(row, await members(call.connection, row.id))


@operation("study.get", parameters=StudyPath, answer=shapes.Study, problems=(UNKNOWN, PRIVATE, LEGACY))
async def get(call: Call[StudyPath]) -> Document:
    """One study or suite by id or alias, with all its members.

    Two round trips to the database (three with a key): the study, its members.
    """
    return await _study(call, call.parameters.study_id)


@operation("study.part", parameters=StudyPart, answer=shapes.Study, problems=(UNKNOWN, PRIVATE, LEGACY))
async def part(call: Call[StudyPart]) -> Document:
    """The same as without the part: PHP restricts only studies that are made of tags (legacy notes, flow 4.3).

    Two round trips to the database (three with a key): the study, its members.
    """
    return await _study(call, call.parameters.study_id)


operations: tuple[Operation[Any], ...] = (every_study, get, part, *write_routes.operations)
