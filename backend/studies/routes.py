"""Endpoints of studies."""

from typing import Any, Final, TypeVar

from backend.access import PUBLIC
from backend.database.results import AnyRow
from backend.input.filters import FilterCodes
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.studies import legacy, queries, shapes, write_routes
from backend.studies.parameters import PARTS, UNKNOWN_PART, StudyFilters, StudyPart, StudyPath

P = TypeVar("P", bound=StudyPath)

UNKNOWN = ProblemCase("study-not-found", "601")
PRIVATE = ProblemCase("study-private", "602")
LEGACY = ProblemCase("study-legacy", "601")
NOTHING = ProblemCase("no-results", "599")
NO_TAGS = ProblemCase("study-legacy", "603")
UNKNOWN_KIND = ProblemCase("study-not-found", UNKNOWN_PART)

STUDIES: Final = Faces(shapes.studies, legacy.listed)
STUDY: Final = Faces(shapes.study, legacy.study)
FILTERS = FilterCodes(unknown="596", illegal="597", no_results="599")


@operation(
    "study.list",
    parameters=StudyFilters,
    answer=list[shapes.ListedStudy],
    round_trips=2,
    problems=(NOTHING,),
    filters=FILTERS,
    faces=STUDIES,
)
async def every_study(call: Call[StudyFilters]) -> Answer:
    """The studies that match the filters; active ones, unless a status is asked for."""
    rows = await queries.listed(call.connection, call.parameters, call.user)
    if not rows:
        raise NOTHING.because("No studies match these filters.")
    return STUDIES(rows)


async def _study(call: Call[P], part: str | None = None) -> Answer:
    key = call.parameters.study_id
    row = await queries.study(call.connection, key)
    if row is None:
        raise UNKNOWN.because(f"No study with id or alias {key} found.")
    if part is not None and part not in PARTS:
        raise UNKNOWN_KIND.because(f"{part} is no kind of members.", additional=f"Got: {part}")
    if not _may_see(call, row):
        raise PRIVATE.because(f"Study {row.id} is private.")
    if row.legacy == "y":
        return await _made_of_tags(call, row, part)
    members = queries.run_members if row.main_entity_type == "run" else queries.task_members
    return STUDY(row, await members(call.connection, row.id), ())


def _may_see(call: Call[Any], row: AnyRow) -> bool:
    """By PHP's rules administrators do not see the private studies of others."""
    if call.is_legacy:
        return bool(row.visibility == PUBLIC or row.creator == call.user.id)
    return call.user.may_see(row.visibility, row.creator)


async def _made_of_tags(call: Call[Any], row: AnyRow, part: str | None) -> Answer:
    """A study of the old kind, which only PHP's dialect knows: one of its parts, if asked for."""
    if not call.is_legacy:
        raise LEGACY.because(f"Study {row.id} is made of tags; such studies are no longer supported.")
    tags = await queries.tags(call.connection, row.id)
    if not tags:
        raise NO_TAGS.because(f"Study {row.id} is made of tags, and has none.")
    return STUDY(row, await queries.tagged(call.connection, row.id, row.creator, part), tags)


@operation(
    "study.get",
    parameters=StudyPath,
    answer=shapes.Study,
    round_trips=3,
    problems=(UNKNOWN, PRIVATE, LEGACY),
    faces=STUDY,
)
async def get(call: Call[StudyPath]) -> Answer:
    """One study or suite by id or alias, with all its members."""
    return await _study(call)


@operation(
    "study.part",
    parameters=StudyPart,
    answer=shapes.Study,
    round_trips=3,
    problems=(UNKNOWN, PRIVATE, LEGACY),
    faces=STUDY,
)
async def part(call: Call[StudyPart]) -> Answer:
    """The same as without the part."""
    # PHP restricts only studies that are made of tags (legacy notes, flow 4.3).
    return await _study(call, call.parameters.part)


operations: tuple[Operation[Any], ...] = (every_study, get, part, *write_routes.operations)
