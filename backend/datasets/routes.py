"""Endpoints of data sets."""

from typing import Annotated, Any

from backend import tables
from backend.datasets import (
    change_routes,
    edit_routes,
    engine_routes,
    legacy,
    list_queries,
    ontology_routes,
    quality_routes,
    queries,
    shapes,
    topic_routes,
    upload_routes,
    work_routes,
)
from backend.datasets.filters import DatasetFilters
from backend.input.filters import FilterCodes
from backend.input.parameters import NoParameters, Parameters, PathId
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.private_data import of_dataset
from backend.problems import ProblemCase
from backend.tag_lists import NO_TAGS, distinct_tags, tag_faces

# Legacy notes, data 11.
UNKNOWN = ProblemCase("dataset-not-found", "111")
PRIVATE = ProblemCase("dataset-no-access", "112")
NO_FILE = ProblemCase("dataset-no-data-file", "113")
NOTHING_LISTED = ProblemCase("no-results", "372")
NO_DESCRIPTIONS = ProblemCase("dataset-no-descriptions", "1090")
FEATURES_UNKNOWN = ProblemCase("dataset-not-found", "271")
FEATURES_NONE = ProblemCase("dataset-no-features", "272")
FEATURES_NOT_PROCESSED = ProblemCase("dataset-not-processed", "273")
FEATURES_FAILED = ProblemCase("dataset-processing-error", "274")
FEATURES_PRIVATE = ProblemCase("dataset-no-access", "275")

LIST_CODES = FilterCodes(unknown="370", illegal="371", no_results="372")

DATASET = Faces(shapes.description, legacy.description)
DATASETS = Faces(shapes.listed, legacy.listed, legacy.listed_json)
FEATURES = Faces(shapes.features, legacy.features)
DESCRIPTIONS = Faces(shapes.descriptions, legacy.descriptions)
TAGS = tag_faces("data")


class DatasetPath(Parameters):
    """A data set by its id."""

    dataset_id: Annotated[int, PathId(zero="110")]


@operation(
    "dataset.get",
    parameters=DatasetPath,
    answer=shapes.Description,
    round_trips=2,
    problems=(UNKNOWN, PRIVATE, NO_FILE),
    faces=DATASET,
)
async def get(call: Call[DatasetPath]) -> Answer:
    """One data set with all that describes it."""
    did = call.parameters.dataset_id
    row, tags = await queries.description(call.connection, did)
    if row is None:
        raise UNKNOWN.because(f"No dataset with id {did} found.")
    if not call.user.may_see(row.visibility, row.uploader):
        raise PRIVATE.because(f"No access granted: dataset {did} is private.")
    if row.file is None:
        raise NO_FILE.because(f"Could not find the data file record of dataset {did}.")
    sent: str = call.request.path_params["dataset_id"]
    asked = sent if call.is_legacy and sent.isdecimal() else str(did)
    return DATASET(row, tags, call.settings, asked)


@operation(
    "dataset.list",
    parameters=DatasetFilters,
    answer=list[shapes.ListedDataset],
    round_trips=3,
    problems=(NOTHING_LISTED,),
    filters=LIST_CODES,
    faces=DATASETS,
)
async def list_(call: Call[DatasetFilters]) -> Answer:
    """The data sets that match all filters, in the order of their ids."""
    rows = await list_queries.listed(call.connection, call.parameters, call.user)
    if not rows:
        raise NOTHING_LISTED.because("No data sets match the filters.")
    qualities = await list_queries.shown_qualities(call.connection, (row.did for row in rows), empty=False)
    return DATASETS(rows, qualities)


class AnyDatasetPath(Parameters):
    """A data set by its id, where 0 is just an unknown one."""

    dataset_id: Annotated[int, PathId()]


@operation(
    "dataset.features",
    parameters=AnyDatasetPath,
    answer=list[shapes.Feature],
    round_trips=5,
    problems=(FEATURES_UNKNOWN, FEATURES_PRIVATE, FEATURES_NOT_PROCESSED, FEATURES_FAILED, FEATURES_NONE),
    faces=FEATURES,
)
async def features(call: Call[AnyDatasetPath]) -> Answer:
    """The features of a data set."""
    did = call.parameters.dataset_id
    state = await queries.processing(call.connection, did, queries.ENGINE)
    if state is None:
        raise FEATURES_UNKNOWN.because(f"No dataset with id {did} found.")
    if not call.user.may_see(state.visibility, state.uploader):
        raise FEATURES_PRIVATE.because(f"You have no right to view this item: dataset {did} is private.")
    if state.processing_date is None:
        raise FEATURES_NOT_PROCESSED.because(f"Dataset {did} is not processed yet.")
    rows = await queries.features(call.connection, did)
    if not rows and state.error:
        raise FEATURES_FAILED.because(
            f"No features found. Additionally, dataset {did} was processed with error."
        )
    if not rows:
        raise FEATURES_NONE.because(f"No features found for dataset {did}.")
    values = await queries.nominal_values(call.connection, did)
    ontologies = await queries.ontologies(call.connection, did, as_stored=call.is_legacy)
    return FEATURES(rows, values, ontologies)


@operation(
    "dataset.descriptions",
    parameters=AnyDatasetPath,
    answer=list[shapes.DescriptionVersion],
    round_trips=2,
    problems=(NO_DESCRIPTIONS, PRIVATE),
    faces=DESCRIPTIONS,
)
async def descriptions(call: Call[AnyDatasetPath]) -> Answer:
    """All versions of the description of a data set, newest first."""
    did = call.parameters.dataset_id
    rows = await queries.descriptions(call.connection, did)
    if not rows:
        raise NO_DESCRIPTIONS.because(f"No dataset with id {did} found.")
    if not call.user.may_see(rows[0].visibility, rows[0].uploader):
        raise PRIVATE.because(f"No access granted: dataset {did} is private.")
    if rows[0].version is None:
        raise NO_DESCRIPTIONS.because(f"Dataset {did} has no description.")
    return DESCRIPTIONS(rows)


@operation(
    "dataset.tags", parameters=NoParameters, answer=list[str], round_trips=2, problems=(NO_TAGS,), faces=TAGS
)
async def tags(call: Call[NoParameters]) -> Answer:
    """All tags that data sets have, each once."""
    found = await distinct_tags(
        call.connection, tables.dataset_tag, call.user, None if call.is_legacy else of_dataset
    )
    if not found:
        raise NO_TAGS.because("No data set has a tag.")
    return TAGS(found)


operations: tuple[Operation[Any], ...] = (
    list_,
    get,
    descriptions,
    features,
    tags,
    *quality_routes.operations,
    *work_routes.operations,
    *upload_routes.operations,
    *change_routes.operations,
    *edit_routes.operations,
    *topic_routes.operations,
    *ontology_routes.operations,
    *engine_routes.operations,
)
