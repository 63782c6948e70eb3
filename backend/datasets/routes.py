"""Endpoints of data sets."""

from typing import Annotated, Any

from backend.datasets import list_queries, queries, shapes
from backend.datasets.filters import DatasetFilters
from backend.filters import FilterCodes
from backend.operations import Call, Document, Operation, operation
from backend.parameters import NoParameters, Parameters, PathId
from backend.problems import ProblemCase

# Legacy notes, data 11.
UNKNOWN = ProblemCase("dataset-not-found", "111")
PRIVATE = ProblemCase("dataset-no-access", "112")
NO_FILE = ProblemCase("dataset-no-data-file", "113")
NOTHING_LISTED = ProblemCase("no-results", "372")
FEATURES_UNKNOWN = ProblemCase("dataset-not-found", "271")
FEATURES_NONE = ProblemCase("dataset-no-features", "272")
FEATURES_NOT_PROCESSED = ProblemCase("dataset-not-processed", "273")
FEATURES_FAILED = ProblemCase("dataset-processing-error", "274")
FEATURES_PRIVATE = ProblemCase("dataset-no-access", "275")
QUALITIES_UNKNOWN = ProblemCase("dataset-not-found", "361")
QUALITIES_NONE = ProblemCase("quality-no-qualities", "362")
QUALITIES_NOT_PROCESSED = ProblemCase("dataset-not-processed", "363")
QUALITIES_FAILED = ProblemCase("dataset-processing-error", "364")
NO_QUALITY_NAMES = ProblemCase("no-results", "641")

LIST_CODES = FilterCodes(unknown="370", illegal="371", no_results="372")


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


@operation(
    "dataset.list",
    parameters=DatasetFilters,
    answer=list[shapes.Listed],
    problems=(NOTHING_LISTED,),
    filters=LIST_CODES,
)
async def list_(call: Call[DatasetFilters]) -> Document:
    """The data sets that match all filters, in the order of their ids.

    Two round trips to the database (three with a key): the page, its qualities; one more for each further
    thousand rows.
    """
    rows = await list_queries.listed(call.connection, call.parameters, call.user)
    if not rows:
        raise NOTHING_LISTED.because("No data sets match the filters.")
    qualities = await list_queries.shown_qualities(call.connection, [row.did for row in rows])
    return shapes.listed(rows, qualities)


class FeaturesPath(Parameters):
    """A data set by its id."""

    dataset_id: Annotated[int, PathId()]


@operation(
    "dataset.features",
    parameters=FeaturesPath,
    answer=list[shapes.Feature],
    problems=(FEATURES_UNKNOWN, FEATURES_PRIVATE, FEATURES_NOT_PROCESSED, FEATURES_FAILED, FEATURES_NONE),
)
async def features(call: Call[FeaturesPath]) -> Document:
    """The features of a data set.

    Four round trips to the database (five with a key): the processing, features, their nominal values, their
    ontologies.
    """
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
    return shapes.features(rows, values, await queries.ontologies(call.connection, did))


class QualitiesPath(Parameters):
    """A data set by its id, and the engine that measured."""

    dataset_id: Annotated[int, PathId(zero="360")]
    engine_id: Annotated[int, PathId()] = queries.ENGINE


@operation(
    "dataset.qualities",
    parameters=QualitiesPath,
    answer=list[shapes.MeasuredQuality],
    problems=(QUALITIES_UNKNOWN, QUALITIES_NOT_PROCESSED, QUALITIES_FAILED, QUALITIES_NONE),
)
async def qualities(call: Call[QualitiesPath]) -> Document:
    """The qualities of a data set, of the default engine or of the one named.

    A private data set is as unknown to strangers as one that does not exist (legacy notes, data 9).

    Two round trips to the database (three with a key): the processing, the qualities.
    """
    did, engine = call.parameters.dataset_id, call.parameters.engine_id
    state = await queries.processing(call.connection, did, engine)
    if state is None or not call.user.may_see(state.visibility, state.uploader):
        raise QUALITIES_UNKNOWN.because(f"No dataset with id {did} found.")
    if state.processing_date is None:
        raise QUALITIES_NOT_PROCESSED.because(f"Dataset {did} is not processed yet by engine {engine}.")
    rows = await queries.qualities(call.connection, did, engine)
    if not rows and state.error:
        raise QUALITIES_FAILED.because(f"Dataset {did} was processed with error: {state.error}")
    if not rows:
        raise QUALITIES_NONE.because(f"No qualities found for dataset {did} and engine {engine}.")
    return shapes.qualities(rows)


@operation(
    "dataset.quality_names",
    parameters=NoParameters,
    answer=shapes.QualityNameList,
    problems=(NO_QUALITY_NAMES,),
)
async def quality_names(call: Call[NoParameters]) -> Document:
    """The names of the data qualities that at least one data set has.

    One round trip to the database (two with a key).
    """
    names = await queries.quality_names(call.connection)
    if not names:
        raise NO_QUALITY_NAMES.because("No data set has qualities.")
    return {"data_qualities_list": {"quality": names}}


operations: tuple[Operation[Any], ...] = (list_, get, features, quality_names, qualities)
