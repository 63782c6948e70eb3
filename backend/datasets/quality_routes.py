"""Endpoints of qualities: of data sets, of their features, and what qualities there are."""

from typing import Annotated, Any

from backend.access import PUBLIC
from backend.datasets import legacy, queries, shapes
from backend.input.parameters import NoParameters, Parameters, PathId
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase

# Legacy notes, data 11.
QUALITIES_UNKNOWN = ProblemCase("dataset-not-found", "361")
QUALITIES_NONE = ProblemCase("quality-no-qualities", "362")
QUALITIES_NOT_PROCESSED = ProblemCase("dataset-not-processed", "363")
QUALITIES_FAILED = ProblemCase("dataset-processing-error", "364")
NO_QUALITY_NAMES = ProblemCase("no-results", "641")
FEATURE_UNKNOWN = ProblemCase("dataset-not-found", "632")
FEATURE_NOT_PROCESSED = ProblemCase("dataset-not-processed", "634")
FEATURE_FAILED = ProblemCase("dataset-processing-error", "635")
NO_FEATURE_QUALITY_NAMES = ProblemCase("no-results", "651")

QUALITIES = Faces(shapes.qualities, legacy.qualities)
QUALITY_NAMES = Faces(shapes.quality_names, legacy.quality_names)
FEATURE_QUALITY_NAMES = Faces(shapes.feature_quality_names, legacy.feature_quality_names)


class QualitiesPath(Parameters):
    """A data set by its id, and the engine that measured."""

    dataset_id: Annotated[int, PathId(zero="360")]
    engine_id: Annotated[int, PathId()] = queries.ENGINE


@operation(
    "dataset.qualities",
    parameters=QualitiesPath,
    answer=list[shapes.MeasuredQuality],
    round_trips=3,
    problems=(QUALITIES_UNKNOWN, QUALITIES_NOT_PROCESSED, QUALITIES_FAILED, QUALITIES_NONE),
    faces=QUALITIES,
)
async def qualities(call: Call[QualitiesPath]) -> Answer:
    """The qualities of a data set, of the default engine or of the one named.

    A private data set is as unknown to strangers as one that does not exist (legacy notes, data 9).
    """
    did, engine = call.parameters.dataset_id, call.parameters.engine_id
    state = await queries.processing(call.connection, did, engine)
    if state is None or not call.user.may_see(state.visibility, state.uploader):
        raise QUALITIES_UNKNOWN.because(f"No dataset with id {did} found.")
    if state.processing_date is None:
        raise QUALITIES_NOT_PROCESSED.because(f"Dataset {did} is not processed yet by engine {engine}.")
    rows = await queries.qualities(call.connection, did, engine)
    if not rows and state.error:
        raise QUALITIES_FAILED.because(
            f"Dataset {did} was processed with error: {state.error}", additional=state.error
        )
    if not rows:
        raise QUALITIES_NONE.because(f"No qualities found for dataset {did} and engine {engine}.")
    return QUALITIES(rows)


@operation(
    "dataset.quality_names",
    parameters=NoParameters,
    answer=shapes.QualityNameList,
    round_trips=2,
    problems=(NO_QUALITY_NAMES,),
    faces=QUALITY_NAMES,
)
async def quality_names(call: Call[NoParameters]) -> Answer:
    """The names of the data qualities that at least one data set has."""
    names = await queries.quality_names(call.connection)
    if not names:
        raise NO_QUALITY_NAMES.because("No data set has qualities.")
    return QUALITY_NAMES(names)


class FeatureQualitiesPath(Parameters):
    """A data set by its id, and the engine that measured."""

    dataset_id: Annotated[int, PathId(zero="631")]
    engine_id: Annotated[int, PathId()] = queries.ENGINE


@operation(
    "dataset.feature_qualities",
    parameters=FeatureQualitiesPath,
    answer=None,
    round_trips=2,
    problems=(FEATURE_UNKNOWN, FEATURE_NOT_PROCESSED, FEATURE_FAILED),
)
async def feature_qualities(call: Call[FeatureQualitiesPath]) -> Answer:
    """Qualities of the features of a data set: no data set has any.

    Administrators are strangers here, too.
    """
    # PHP looks for an error in a column that the schema does not have any more, finds nothing, and takes every
    # processed data set for a failed one (legacy notes, data 10.6). No client can have seen another answer, and
    # what the rows mean today nobody has said; so that is kept.
    did, engine = call.parameters.dataset_id, call.parameters.engine_id
    state = await queries.processing(call.connection, did, engine)
    if state is None or not (state.visibility == PUBLIC or state.uploader == call.user.id):
        raise FEATURE_UNKNOWN.because(f"No dataset with id {did} found.")
    if state.processing_date is None:
        raise FEATURE_NOT_PROCESSED.because(f"Dataset {did} is not processed yet by engine {engine}.")
    raise FEATURE_FAILED.because(f"Dataset {did} was processed with error.")


@operation(
    "dataset.feature_quality_names",
    parameters=NoParameters,
    answer=list[str],
    round_trips=2,
    problems=(NO_FEATURE_QUALITY_NAMES,),
    faces=FEATURE_QUALITY_NAMES,
)
async def feature_quality_names(call: Call[NoParameters]) -> Answer:
    """The names of the feature qualities that at least one feature has."""
    names = await queries.feature_quality_names(call.connection)
    if not names:
        raise NO_FEATURE_QUALITY_NAMES.because("No feature has qualities.")
    return FEATURE_QUALITY_NAMES(names)


operations: tuple[Operation[Any], ...] = (
    quality_names,
    qualities,
    feature_quality_names,
    feature_qualities,
)
