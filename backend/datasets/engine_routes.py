"""Endpoints by which evaluation engines store features and qualities of data sets."""

import html
from typing import Any

from backend.access import admin_writes
from backend.database.conflicts import refusing
from backend.datasets import engine_queries, feature_documents, write_legacy, write_queries, write_shapes
from backend.datasets.engine_documents import FIELD, engine_document
from backend.datasets.queries import ENGINE
from backend.datasets.write_access import refused_document
from backend.handling.descriptions import description
from backend.input.parameters import LARGEST, NoParameters
from backend.input.xml_documents import Node
from backend.input.xml_integers import integer
from backend.legacy.faces import Faces
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import InputProblem, ProblemCase, refused
from backend.request_bodies import Part
from config.php.numbers import is_numeric, number

# Legacy notes, data 10.10 and 10.11.
PROCESSED = ProblemCase("dataset-already-processed", "441")
UNKNOWN = ProblemCase("dataset-not-found", "444")
FEATURE_EXISTS = ProblemCase("feature-already-exists", "450")
NOT_PROCESSED = ProblemCase("dataset-not-processed", "384")
NO_QUALITIES = ProblemCase("dataset-no-new-qualities", "385")

FEATURES_UPLOADED = Faces(write_shapes.uploaded, write_legacy.features_uploaded)
QUALITIES_UPLOADED = Faces(write_shapes.uploaded, write_legacy.qualities_uploaded)

DID, ENGINE_ID = "did", "evaluation_engine_id"


def _wrong_id(code: str) -> InputProblem:
    return refused_document(FIELD, "id", f"{DID} and {ENGINE_ID} must be ids", code=code)


def _feature_ids(root: Node) -> tuple[int, int]:
    """Data set and engine, before the schema is asked: what is no id of either is refused."""
    texts = [root.text(name) for name in (DID, ENGINE_ID)]
    if None in texts:
        misses = f"misses basic fields {DID} or {ENGINE_ID}"
        raise refused_document(
            FIELD, "missing", f"The description {misses}", code="443", additional=f"XML {misses}"
        )
    numbers = []
    for text in texts:
        if text is None or not is_numeric(text) or float(text) <= 0:
            raise _wrong_id("446")
        value = min(number(text), LARGEST)
        numbers.append(int(value) if value == int(value) else 0)
    return numbers[0], numbers[1]


@operation(
    "dataset.upload_features",
    parameters=NoParameters,
    answer=write_shapes.DocumentStored,
    round_trips=9,
    problems=(UNKNOWN, PROCESSED, FEATURE_EXISTS, *refused("442", "443", "445", "446", "448", "449")),
    access=admin_writes(),
    parts=(Part(FIELD, "The features.", "data_features", required=True),),
    body_limit=UPLOAD_LIMIT,
    faces=FEATURES_UPLOADED,
)
async def upload_features(call: Call[NoParameters]) -> Answer:
    """Store the features that an engine found, or why it found none; what it stored after a failure goes.

    A document that the schema refuses changes nothing.
    """
    # As in PHP, data set and engine are looked for before the schema is asked; PHP stores its refusal as the engine's
    # failure.
    document = await engine_document(call, "data_features", missing="442", invalid="443")
    did, engine_id = _feature_ids(document.root)
    dataset = await write_queries.dataset(call.connection, did)
    if dataset is None:
        raise UNKNOWN.because(f"No dataset with id {did} found.")
    before = await engine_queries.processing(call.connection, did, engine_id)
    if before is not None and before.error is None:
        raise PROCESSED.because(f"Dataset {did} is processed already by engine {engine_id}.")
    await document.validate()
    if not await engine_queries.has_engine(call.connection, engine_id):
        message, told = (
            f"There is no evaluation engine {engine_id}",
            "Failed to create data processed record.",
        )
        raise refused_document(FIELD, "reference", message, code="445", additional=told)
    error = document.root.text("error")
    await engine_queries.replace_processing(
        call.connection,
        did,
        engine_id,
        user_id=call.user.id,
        now=call.now(),
        num_tries=1 if before is None else before.num_tries + 1,
        # PHP's htmlentities; a schema that knows Basic Latin only leaves it these four.
        error=None if error is None else html.escape(error, quote=False).replace('"', "&quot;"),
    )
    found = feature_documents.features(document.root, dataset, engine_id)
    mistake = feature_documents.first_mistake(found, await engine_queries.places(call.connection, did))
    if mistake is not None and mistake.code == FEATURE_EXISTS.code:
        raise FEATURE_EXISTS.because(f"{mistake.message}.", additional=mistake.told)
    if mistake is not None:
        raise refused_document(FIELD, "feature", mistake.message, code=mistake.code, additional=mistake.told)
    with refusing(unique=FEATURE_EXISTS.because(f"Features of dataset {did} are being stored already.")):
        await engine_queries.add_features(call.connection, found)
    return FEATURES_UPLOADED(did)


@operation(
    "dataset.upload_qualities",
    parameters=NoParameters,
    answer=write_shapes.DocumentStored,
    round_trips=14,
    problems=(NOT_PROCESSED, NO_QUALITIES, *refused("381", "382", "383", "387")),
    access=admin_writes(),
    parts=(Part(FIELD, "The qualities.", "data_qualities", required=True),),
    body_limit=UPLOAD_LIMIT,
    faces=QUALITIES_UPLOADED,
)
async def upload_qualities(call: Call[NoParameters]) -> Answer:
    """Store qualities that an engine measured; what is stored already stays, also if it is nothing.

    Qualities of an engine or a feature that is not there are not stored, and that is no error.
    """
    root = await description(call, FIELD, "data_qualities", missing="382", invalid="383", quiet=True)
    did, engine_id = integer(root.text(DID)), integer(root.text(ENGINE_ID))
    if did <= 0 or engine_id <= 0:
        raise _wrong_id("381")
    if await engine_queries.processing(call.connection, did, ENGINE) is None:
        raise NOT_PROCESSED.because(f"Dataset {did} is not processed yet.")
    found = root.all("quality")
    of_data = [node for node in found if node.first("feature_index") is None]
    await _known(call, of_data, "Data", "DataQuality", told="Data quality")
    of_features = [node for node in found if node.first("feature_index")]
    await _known(call, of_features, "Feature", "FeatureQuality", told="Feature Quality")
    if not found:
        raise NO_QUALITIES.because(f"There are no new qualities of dataset {did}.")
    await engine_queries.add_processing(call.connection, did, engine_id, call.user.id, call.now())
    data, intervals, features = [], [], []
    for node in found:
        row: dict[str, Any] = {"data": did, "quality": node.text("name"), ENGINE_ID: engine_id}
        row["value"] = node.text("value")
        if "interval_start" in node.attributes:
            intervals.append({**row, **node.attributes})
        elif (place := node.text("feature_index")) is not None:
            features.append({**row, "feature_index": place})
        else:
            data.append(row)
    await engine_queries.add_qualities(call.connection, data, intervals, features)
    call.index.put("data", did, qualities={row["quality"]: row["value"] for row in data})
    return QUALITIES_UPLOADED(did)


async def _known(
    call: Call[NoParameters], found: list[Node], word: str, kind: engine_queries.QualityType, *, told: str
) -> None:
    if not found:
        return
    legal = await engine_queries.quality_names(call.connection, kind)
    for node in found:
        name = node.text("name")
        if name not in legal:
            rest = f"Legal {word} Qualities: {', '.join(legal)}"
            message = f"{word} quality {name} does not exist. {rest}"
            raise refused_document(
                FIELD, "quality", message, code="387", additional=f"{told}: {name}. {rest}"
            )


operations: tuple[Operation[Any], ...] = (upload_features, upload_qualities)
