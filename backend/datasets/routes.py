"""Endpoints of data sets."""

from typing import Annotated, Any

from backend.datasets import queries, shapes
from backend.operations import Call, Document, Operation, operation
from backend.parameters import Parameters, PathId
from backend.problems import ProblemCase

# Legacy notes, data 11.
UNKNOWN = ProblemCase("dataset-not-found", "111")
PRIVATE = ProblemCase("dataset-no-access", "112")
NO_FILE = ProblemCase("dataset-no-data-file", "113")


class DatasetPath(Parameters):
    """A data set by its id."""

    dataset_id: Annotated[int, PathId(zero="110")]


@operation(
    "dataset.get",
    parameters=DatasetPath,
    answer=shapes.Description,
    problems=(UNKNOWN, PRIVATE, NO_FILE),
)
async def get(call: Call[DatasetPath]) -> Document:
    """One data set with all that describes it.

    Two round trips to the database (three with a key): the data set, its tags.
    """
    did = call.parameters.dataset_id
    row = await queries.description(call.connection, did)
    if row is None:
        raise UNKNOWN.because(f"No dataset with id {did} found.")
    if not call.user.may_see(row.visibility, row.uploader):
        raise PRIVATE.because(f"No access granted: dataset {did} is private.")
    if row.file is None:
        raise NO_FILE.because(f"Could not find the data file record of dataset {did}.")
    return shapes.description(row, await queries.tags(call.connection, did), call.settings)


operations: tuple[Operation[Any], ...] = (get,)
