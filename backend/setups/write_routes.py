"""Endpoints that change setups."""

from typing import Annotated, Any, TypeAlias

from typing_extensions import TypedDict

from backend.access import WRITER, admin_writes
from backend.database.conflicts import refusing
from backend.input.fields import EntityId, IdField
from backend.input.parameters import Parameters, PathId
from backend.legacy.answers import identified
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.setups import legacy, queries, shapes, write_queries

# Legacy notes, flow 3.5 and 3.6.
UNKNOWN = ProblemCase("setup-not-found", "402")
NOT_OWNED = ProblemCase("setup-not-owned")
IN_USE = ProblemCase("setup-in-use", "404")
TAGGED = ProblemCase("setup-in-use", "405")
NO_ADMINISTRATOR = ProblemCase("account-read-only", "104")
DELETED = identified("setup_delete")
DIFFERENCES = Faces(shapes.differences, legacy.differences)


# What is no number is stored as the database takes it, as in PHP; an empty text is 0.
OptionalNumber: TypeAlias = Annotated[EntityId | None, IdField(sought=False)]


class ChangedSetupPath(Parameters):
    """A setup by its id."""

    setup_id: Annotated[int, PathId()]


class DifferenceFields(Parameters):
    """How far two setups differ on a task."""

    setup_a: Annotated[int, PathId(sought=False)]
    setup_b: Annotated[int, PathId(sought=False)]
    task_id: Annotated[int, PathId(sought=False)]
    task_size: OptionalNumber = None
    differences: OptionalNumber = None


class SetupDeleted(TypedDict):
    """What was deleted."""

    id: int


@operation(
    "setup.delete",
    parameters=ChangedSetupPath,
    answer=SetupDeleted,
    round_trips=3,
    problems=(UNKNOWN, NOT_OWNED, IN_USE, TAGGED),
    access=WRITER,
    faces=DELETED,
)
async def delete(call: Call[ChangedSetupPath]) -> Answer:
    """Delete a setup that nothing uses, with its settings.

    A setup has no owner of its own: it is its flow's uploader's to delete.
    """
    # PHP lets any account do so (new-API contract, decision 11).
    setup_id = call.parameters.setup_id
    row = await write_queries.with_uses(call.connection, setup_id)
    if row is None:
        raise UNKNOWN.because(f"No setup with id {setup_id} found.")
    not_owned = not call.user.may_change(row.uploader)
    # Where PHP refuses anyway, its own reason is told in its dialect.
    if not_owned and not call.is_legacy:
        raise NOT_OWNED.because(f"The flow of setup {setup_id} is not owned by you.")
    used = IN_USE.because(f"Setup {setup_id} is in use by runs or the schedule; it cannot be deleted.")
    if row.runs or row.scheduled:
        raise used
    if row.tagged:
        raise TAGGED.because(f"Setup {setup_id} has tags; it cannot be deleted.")
    if not_owned:
        raise NOT_OWNED.because(f"The flow of setup {setup_id} is not owned by you.")
    with refusing(reference=used):
        await write_queries.remove(call.connection, setup_id)
    return DELETED(setup_id)


@operation(
    "setup.store_differences",
    parameters=DifferenceFields,
    answer=list[shapes.SetupDifference],
    round_trips=3,
    access=admin_writes(NO_ADMINISTRATOR),
    faces=DIFFERENCES,
)
async def store_differences(call: Call[DifferenceFields]) -> Answer:
    """Store how far two setups differ on a task; what is stored already stays. Answers what is stored then.

    Nothing is stored where a number is missing; setups and task need not be there (legacy notes, flow 3.5).
    """
    given = call.parameters
    pair = given.setup_a, given.setup_b
    await write_queries.store_difference(
        call.connection, pair, given.task_id, given.task_size, given.differences
    )
    return DIFFERENCES(await queries.differences(call.connection, *pair, given.task_id))


operations: tuple[Operation[Any], ...] = (delete, store_differences)
