"""Endpoints that fork, delete and reset data sets, and change their status."""

from typing import Annotated, Any

from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.datasets import write_legacy, write_queries, write_shapes
from backend.datasets.write_access import PRIVATE, number, owned, visible
from backend.handling.unprocessable import unprocessable
from backend.input.fields import NOT_GIVEN, FieldText, Id, given
from backend.input.parameters import Parameters, PathId
from backend.legacy.answers import identified
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase, refused

# Legacy notes, data 10.14 to 10.16 and 10.21.
NO_FORK_ID = ProblemCase("validation-error", "1070")
FORK_UNKNOWN = ProblemCase("dataset-not-found", "1071")
FORK_EXISTS = ProblemCase("dataset-version-exists", "1072")
DELETE_UNKNOWN = ProblemCase("dataset-not-found", "352")
DELETE_NOT_OWNED = ProblemCase("dataset-not-owned", "353")
IN_USE = ProblemCase("dataset-in-use", "354")
RESET_UNKNOWN = ProblemCase("dataset-not-found", "1021")
RESET_NOT_OWNED = ProblemCase("dataset-not-owned", "1022")
ILLEGAL_STATUS = ProblemCase("validation-error", "691")
STATUS_UNKNOWN = ProblemCase("dataset-not-found", "692")
STATUS_NOT_OWNED = ProblemCase("dataset-not-owned", "693")
TRANSITION = ProblemCase("dataset-status-transition", "694")
ADMIN_ACTIVATES = ProblemCase("dataset-admin-only", "696")

FORKED = identified("data_fork")
DELETED = identified("data_delete")
RESET = identified("data_reset")
STATUS_UPDATED = Faces(write_shapes.status_updated, write_legacy.status_updated)

ACTIVE, DEACTIVATED = "active", "deactivated"


class DatasetField(Parameters):
    """A data set that a form or JSON body names."""

    data_id: Id = NOT_GIVEN


class ChangedDatasetPath(Parameters):
    """A data set by its id, where 0 is just an unknown one."""

    dataset_id: Annotated[int, PathId()]


class StatusFields(Parameters):
    """A data set and its new status."""

    dataset_id: Id = NOT_GIVEN
    status: FieldText = ""


@operation(
    "dataset.fork",
    parameters=DatasetField,
    answer=write_shapes.DatasetChanged,
    round_trips=7,
    problems=(NO_FORK_ID, *refused("1071"), FORK_UNKNOWN, PRIVATE, FORK_EXISTS),
    access=WRITER,
    faces=FORKED,
)
async def fork(call: Call[DatasetField]) -> Answer:
    """Make a data set of one's own of another: the same file, the next version, the newest description.

    Tags, topics, status and what engines found are not copied. A data set without a description makes one without
    (legacy notes, data 10.14).
    """
    if not given(call.parameters.data_id):
        raise unprocessable(call, ["data_id"], "missing", "Give data_id", code="1070")
    did = number(call, "data_id", call.parameters.data_id, code="1071")
    row = await visible(call, did, FORK_UNKNOWN)
    copy = {name: value for name, value in row._mapping.items() if name != "did"}
    copy["uploader"] = call.user.id
    copy["version"] = await write_queries.next_version(call.connection, row.name)
    with refusing(unique=FORK_EXISTS.because(f"Dataset {did} is being forked; try again.")):
        made = await write_queries.add(call.connection, copy)
    description = await write_queries.newest_description(call.connection, did)
    if description is not None:
        await write_queries.add_description(
            call.connection, made, description.description, description.uploader
        )
    call.index.put("data", made, data_id=made, name=row.name, version=copy["version"], uploader=call.user.id)
    return FORKED(made)


@operation(
    "dataset.delete",
    parameters=ChangedDatasetPath,
    answer=write_shapes.DatasetChanged,
    round_trips=4,
    problems=(DELETE_UNKNOWN, PRIVATE, DELETE_NOT_OWNED, IN_USE),
    access=WRITER,
    faces=DELETED,
)
async def delete(call: Call[ChangedDatasetPath]) -> Answer:
    """Delete a data set that no task is about, with all that is stored of it but the file, which forks may share."""
    did = call.parameters.dataset_id
    await owned(call, did, DELETE_UNKNOWN, DELETE_NOT_OWNED)
    in_use = IN_USE.because(f"Dataset {did} is in use by other content. It cannot be deleted.")
    if await write_queries.used_by_task(call.connection, did):
        raise in_use
    with refusing(reference=in_use):
        await write_queries.remove(call.connection, did)
    call.index.delete("data", did)
    return DELETED(did)


@operation(
    "dataset.reset",
    parameters=ChangedDatasetPath,
    answer=write_shapes.DatasetChanged,
    round_trips=4,
    problems=(RESET_UNKNOWN, PRIVATE, RESET_NOT_OWNED),
    access=WRITER,
    faces=RESET,
)
async def reset(call: Call[ChangedDatasetPath]) -> Answer:
    """Forget what engines found out about a data set, so that they look at it anew."""
    did = call.parameters.dataset_id
    await owned(call, did, RESET_UNKNOWN, RESET_NOT_OWNED)
    await write_queries.forget_results(call.connection, did)
    return RESET(did)


@operation(
    "dataset.update_status",
    parameters=StatusFields,
    answer=write_shapes.DatasetStatusUpdated,
    round_trips=5,
    problems=(
        ILLEGAL_STATUS,
        *refused("692"),
        STATUS_UNKNOWN,
        PRIVATE,
        STATUS_NOT_OWNED,
        ADMIN_ACTIVATES,
        TRANSITION,
    ),
    access=WRITER,
    faces=STATUS_UPDATED,
)
async def update_status(call: Call[StatusFields]) -> Answer:
    """Activate (administrators) or deactivate a data set."""
    # A deactivated data set keeps the row that says it is active, so that activating it again only takes the other
    # row away (legacy notes, data 10.21).
    wanted = call.parameters.status
    if wanted not in (ACTIVE, DEACTIVATED):
        message = f"Give as status {ACTIVE} or {DEACTIVATED}"
        raise unprocessable(call, ["status"], "status", message, code="691")
    if not call.parameters.dataset_id.text:
        raise unprocessable(call, ["dataset_id"], "missing", "Give dataset_id", code="692")
    did = number(call, "dataset_id", call.parameters.dataset_id, code="692")
    await owned(call, did, STATUS_UNKNOWN, STATUS_NOT_OWNED)
    if wanted == ACTIVE and not call.user.is_admin:
        raise ADMIN_ACTIVATES.because(f"Only administrators can activate datasets, such as {did}.")
    there = await write_queries.statuses(call.connection, did)
    present = DEACTIVATED if DEACTIVATED in there else ACTIVE if ACTIVE in there else "in_preparation"
    illegal = TRANSITION.because(f"Illegal status transition: dataset {did} is {present} already.")
    if wanted == present:
        raise illegal
    if wanted == ACTIVE and present == DEACTIVATED:
        await write_queries.remove_status(call.connection, did, DEACTIVATED)
    if wanted not in there:
        with refusing(unique=illegal):
            await write_queries.add_status(call.connection, did, wanted, call.user.id, call.now())
    return STATUS_UPDATED(did, wanted, call.parameters.dataset_id.text)


operations: tuple[Operation[Any], ...] = (fork, delete, reset, update_status)
