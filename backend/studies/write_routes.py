"""Endpoints that change studies (legacy notes, flow 4.4 to 4.7).

PHP lets every account attach and detach; here that is for the study's creator and administrators (new-API contract,
decision 11), and nobody changes a study that they may not see.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.handling.unprocessable import unprocessable
from backend.input.fields import NOT_GIVEN, given
from backend.input.parameters import NoParameters
from backend.legacy.faces import Faces
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import NO_SUCH_PATH, ProblemCase, refused
from backend.request_bodies import Part
from backend.studies import legacy, queries, shapes, write_queries
from backend.studies.creation import FIELD, NewStudy, new_study, wrong
from backend.studies.parameters import StudyKey
from backend.studies.write_parameters import ILLEGAL_IDS, Members, StatusUpdate, StudyNumber
from config.php.numbers import digits_of, is_numeric

PRIVATE = ProblemCase("study-private", "602")
NO_DESCRIPTION = ProblemCase("validation-error", "1031")
ILLEGAL_DESCRIPTION = ProblemCase("validation-error", "1032")
NOT_STORED = ProblemCase("validation-error", "1039")
ALIAS_EXISTS = ProblemCase("study-alias-exists", "1038")

UNKNOWN_MEMBERS_STUDY = ProblemCase("study-not-found", "1041")
LEGACY = ProblemCase("study-legacy", "1042")
NO_IDS = ProblemCase("validation-error", ILLEGAL_IDS)
NOT_ATTACHED = ProblemCase("study-conflict", "1045")

NO_STATUS = ProblemCase("validation-error", "1051")
UNKNOWN_STATUS_STUDY = ProblemCase("study-not-found", "1052")
NOT_OWNED = ProblemCase("study-not-owned", "1053")
STATUSES = ("active", "deactivated")

CREATED = Faces(shapes.created, legacy.created)
ATTACHED = Faces(shapes.changed, legacy.attached)
DETACHED = Faces(shapes.changed, legacy.detached)
STATUS_UPDATED = Faces(shapes.status_updated, legacy.status_updated)
DELETED = Faces(shapes.deleted, legacy.deleted)

UNKNOWN_DELETED = ProblemCase("study-not-found", "592")
USED_AS_SUITE = ProblemCase("study-conflict", "593")
NOT_OWNED_DELETED = ProblemCase("study-not-owned", "594")
NOT_DELETABLE = ProblemCase("study-conflict", "595")

Study = Row[*tuple[Any, ...]]


async def _owned(
    call: Call[Any],
    study_id: int,
    unknown: ProblemCase,
    not_owned: ProblemCase,
    check: Callable[[Study], None] = lambda _: None,
) -> Study:
    """A study that the caller may change: it is there, passes a check, may be seen, and is the caller's."""
    row = await queries.study(call.connection, StudyKey(study_id, str(study_id)))
    if row is None:
        raise unknown.because(f"No study with id {study_id} found.")
    check(row)
    if not call.user.may_see(row.visibility, row.creator):
        raise PRIVATE.because(f"Study {study_id} is private.")
    if not call.user.may_change(row.creator):
        raise not_owned.because(f"Study {study_id} is not owned by you.")
    return row


async def _check_suite(call: Call[Any], suite: int) -> None:
    """A study of runs can be on a suite that the caller may see (PHP dies of every suite)."""
    row = await queries.study(call.connection, StudyKey(suite, str(suite)))
    if row is None or not call.user.may_see(row.visibility, row.creator):
        message = f"No benchmark suite with id {suite} found"
        raise wrong(call, "benchmark_suite", "study_suite", message, "1036")
    if row.main_entity_type != "task":
        message = f"Study {suite} is no benchmark suite: its main entity type is not task"
        raise wrong(call, "benchmark_suite", "study_suite", message, "1037")


async def _store(call: Call[Any], new: NewStudy) -> int:
    if new.description is None:
        told = "Problem creating study record. Please check whether the alias is unique. "
        raise wrong(call, FIELD, "missing", "A study needs a description", NOT_STORED.code or "", told)
    exists = ALIAS_EXISTS.because(f"A study with the alias {new.alias} exists already.")
    if new.alias is not None and await write_queries.alias_is_taken(call.connection, new.alias):
        raise exists
    with refusing(unique=exists):
        study_id = await write_queries.create(call.connection, new, call.user.id, call.now())
    members = wrong(
        call,
        f"{new.main_entity_type}s",
        "study_members",
        f"Only a {new.main_entity_type} that exists can be a member, and only once",
        NOT_STORED.code or "",
    )
    with refusing(unique=members, reference=members):
        await write_queries.attach(
            call.connection, new.main_entity_type, study_id, new.members, call.user.id, call.now()
        )
    return study_id


@operation(
    "study.create",
    parameters=NoParameters,
    answer=shapes.Created,
    round_trips=4,
    problems=(
        NO_DESCRIPTION,
        ILLEGAL_DESCRIPTION,
        ALIAS_EXISTS,
        NOT_STORED,
        *refused("1034", "1035", "1036", "1037"),
    ),
    access=WRITER,
    parts=(Part(FIELD, "The study.", "study_create", required=True),),
    body_limit=UPLOAD_LIMIT,
    faces=CREATED,
)
async def create(call: Call[NoParameters]) -> Answer:
    """Create a study of runs or a suite of tasks, in preparation, with its members."""
    if call.request.method != "POST":  # PHP's dispatcher takes any method, and dies then
        raise NO_SUCH_PATH.because("A study is created with POST.")
    new = await new_study(call)
    if new.suite is not None:
        await _check_suite(call, new.suite)
    study_id = await _store(call, new)
    call.index.put("study", study_id, name=new.name, description=new.description, alias=new.alias)
    return CREATED(study_id)


async def _members(call: Call[Members]) -> Study:
    """The study whose members are to change."""
    if not call.parameters.entity_ids:
        raise unprocessable(
            call, ["entity_ids"], "missing", "Give a list of natural numbers", code=ILLEGAL_IDS
        )
    study_id = call.parameters.study_id
    if call.is_legacy:  # PHP looks at the kind of a study first
        return await _owned(call, study_id, UNKNOWN_MEMBERS_STUDY, NOT_OWNED, _check_kind)
    row = await _owned(call, study_id, UNKNOWN_MEMBERS_STUDY, NOT_OWNED)
    _check_kind(row)
    return row


def _check_kind(row: Study) -> None:
    if row.legacy == "y":
        raise LEGACY.because(f"Study {row.id} is made of tags; nothing can be attached or detached.")


async def _count(call: Call[Members], row: Study) -> int:
    return await write_queries.count_members(call.connection, row.main_entity_type, row.id)


@operation(
    "study.attach",
    parameters=Members,
    answer=shapes.StudyChanged,
    round_trips=4,
    problems=(NO_IDS, UNKNOWN_MEMBERS_STUDY, PRIVATE, NOT_OWNED, LEGACY, NOT_ATTACHED),
    access=WRITER,
    faces=ATTACHED,
)
async def attach(call: Call[Members]) -> Answer:
    """Put tasks into one's suite, or runs into one's study, whatever its status."""
    row = await _members(call)
    kind = row.main_entity_type
    refused = NOT_ATTACHED.because(
        f"Each {kind} to attach must exist, not be in study {row.id} yet, and be named once."
    )
    with refusing(unique=refused, reference=refused):
        await write_queries.attach(
            call.connection, kind, row.id, call.parameters.entity_ids, call.user.id, call.now()
        )
    return ATTACHED(row, await _count(call, row))


@operation(
    "study.detach",
    parameters=Members,
    answer=shapes.StudyChanged,
    round_trips=4,
    problems=(NO_IDS, UNKNOWN_MEMBERS_STUDY, PRIVATE, NOT_OWNED, LEGACY),
    access=WRITER,
    faces=DETACHED,
)
async def detach(call: Call[Members]) -> Answer:
    """Take tasks out of one's suite, or runs out of one's study; what is not in it does not matter."""
    row = await _members(call)
    await write_queries.detach(call.connection, row.main_entity_type, row.id, call.parameters.entity_ids)
    return DETACHED(row, await _count(call, row))


@operation(
    "study.update_status",
    parameters=StatusUpdate,
    answer=shapes.StudyStatusUpdated,
    round_trips=3,
    problems=(NO_STATUS, *refused(UNKNOWN_STATUS_STUDY.code or ""), UNKNOWN_STATUS_STUDY, PRIVATE, NOT_OWNED),
    access=WRITER,
    faces=STATUS_UPDATED,
)
async def update_status(call: Call[StatusUpdate]) -> Answer:
    """Activate or deactivate one's study, also an old one that is made of tags."""
    status, study_id = call.parameters.status, call.parameters.study_id
    if status not in STATUSES:
        message = f"Give one of {', '.join(STATUSES)}"
        raise unprocessable(call, ["status"], "status", message, code=NO_STATUS.code or "")
    code = UNKNOWN_STATUS_STUDY.code or ""
    if study_id == NOT_GIVEN or not given(study_id):
        raise unprocessable(call, ["study_id"], "missing", "Give study_id", code=code)
    number = study_id.number
    if call.is_legacy and number is None and is_numeric(study_id.text):
        number = int(digits_of(study_id.text))
    if number is None:
        raise unprocessable(call, ["study_id"], "id", "Give the id as an integer", code=code)
    row = await _owned(call, number, UNKNOWN_STATUS_STUDY, NOT_OWNED)
    await write_queries.set_status(call.connection, row.id, status)
    return STATUS_UPDATED(row.id, status)


@operation(
    "study.delete",
    parameters=StudyNumber,
    answer=shapes.StudyDeleted,
    round_trips=3,
    problems=(UNKNOWN_DELETED, PRIVATE, NOT_OWNED_DELETED, NOT_DELETABLE, USED_AS_SUITE),
    access=WRITER,
    faces=DELETED,
)
async def delete(call: Call[StudyNumber]) -> Answer:
    """Delete one's study of runs, or one's suite in preparation, with what says which members it has."""
    row = await _owned(call, call.parameters.study_id, UNKNOWN_DELETED, NOT_OWNED_DELETED)
    if row.main_entity_type != "run" and row.status != "in_preparation":
        raise NOT_DELETABLE.because(f"Study {row.id} is a suite that is no longer in preparation.")
    with refusing(reference=USED_AS_SUITE.because(f"Study {row.id} is the benchmark suite of another.")):
        await write_queries.remove(call.connection, row.id)
    call.index.delete("study", row.id)
    return DELETED(row.id)


operations: tuple[Operation[Any], ...] = (create, attach, detach, update_status, delete)
