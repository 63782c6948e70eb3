"""Endpoints of data sets."""

from typing import Annotated, Any

from backend.datasets import problems, queries, shapes
from backend.operations import Call, Document, Operation, operation
from backend.parameters import Parameters, PathId


class DatasetPath(Parameters):
    """A data set by its id."""

    dataset_id: Annotated[int, PathId(zero="110")]


@operation(
    "dataset.get",
    parameters=DatasetPath,
    answer=shapes.Description,
    problems=(problems.UNKNOWN, problems.PRIVATE, problems.NO_FILE),
)
async def get(call: Call[DatasetPath]) -> Document:
    """One data set with all that describes it.

    Two round trips to the database (three with a key): the data set, its tags.
    """
    did = call.parameters.dataset_id
    row = await queries.description(call.connection, did)
    if row is None:
        raise problems.UNKNOWN.because(f"No dataset with id {did} found.")
    if not call.user.may_see(row.visibility, row.uploader):
        raise problems.PRIVATE.because(f"No access granted: dataset {did} is private.")
    if row.file is None:
        raise problems.NO_FILE.because(f"Could not find the data file record of dataset {did}.")
    return shapes.description(row, await queries.tags(call.connection, did), call.settings)


operations: tuple[Operation[Any], ...] = (get,)
