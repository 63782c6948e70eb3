"""Endpoints that put topics on data sets and take them off, for administrators."""

from typing import Any

from backend.access import admin_writes
from backend.database.conflicts import refusing
from backend.datasets import topic_queries, write_legacy, write_queries, write_shapes
from backend.datasets.write_access import number
from backend.handling.unprocessable import unprocessable
from backend.input.fields import NOT_GIVEN, FieldText, Id, given
from backend.input.parameters import Parameters
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase, refused
from config.php.comparison import loosely_equal

# Legacy notes, data 10.19.
MISSING = ProblemCase("validation-error", "1080")
UNKNOWN = ProblemCase("dataset-not-found", "1081")
ADMIN_ONLY = ProblemCase("administrator-only", "1082")
EXISTS = ProblemCase("topic-already-exists", "1083")
EXISTS_ALIKE = ProblemCase("topic-already-exists", "1084")
NOT_FOUND = ProblemCase("topic-not-found", "1085")
CHANGED = Faces(write_shapes.topic_changed, write_legacy.topic_changed)


class TopicFields(Parameters):
    """A topic of a data set."""

    data_id: Id = NOT_GIVEN
    topic: FieldText = ""


async def _asked(call: Call[TopicFields]) -> tuple[int, str]:
    """The data set, which is there, and the topic; PHP asks only then who is an administrator."""
    data_id, topic = call.parameters.data_id, call.parameters.topic
    missing = [name for name, value in (("data_id", data_id), ("topic", topic)) if not given(value)]
    if missing:
        raise unprocessable(call, missing, "missing", "Give data_id and topic", code="1080")
    did = number(call, "data_id", data_id, code="1081")
    if await write_queries.dataset(call.connection, did) is None:
        raise UNKNOWN.because(f"No dataset with id {did} found.")
    if not call.user.is_admin:
        raise ADMIN_ONLY.because("Topics can only be added or removed by an administrator.")
    return did, topic


@operation(
    "dataset.add_topic",
    parameters=TopicFields,
    answer=write_shapes.DatasetChanged,
    round_trips=4,
    problems=(MISSING, *refused("1081"), UNKNOWN, EXISTS, EXISTS_ALIKE),
    access=admin_writes(ADMIN_ONLY, late=True),
    faces=CHANGED,
)
async def add_topic(call: Call[TopicFields]) -> Answer:
    """Put a topic on a data set.

    Two topics that are the same number, or differ in capitals only, are the same topic.
    """
    did, topic = await _asked(call)
    there = await topic_queries.topics(call.connection, did)
    if any(loosely_equal(topic, other) for other in there):
        raise EXISTS.because(f"Dataset {did} has the topic {topic} already.")
    with refusing(unique=EXISTS_ALIKE.because(f"Dataset {did} has the topic {topic} in other capitals.")):
        await topic_queries.put(call.connection, did, topic, call.user.id, call.now())
    call.index.put("data", did, topics=[*there, topic])
    return CHANGED(did, call.parameters.data_id.text)


@operation(
    "dataset.delete_topic",
    parameters=TopicFields,
    answer=write_shapes.DatasetChanged,
    round_trips=4,
    problems=(MISSING, *refused("1081"), UNKNOWN, NOT_FOUND),
    access=admin_writes(ADMIN_ONLY, late=True),
    faces=CHANGED,
)
async def delete_topic(call: Call[TopicFields]) -> Answer:
    """Take a topic off a data set; capitals do not count."""
    did, topic = await _asked(call)
    if not await topic_queries.take(call.connection, did, topic):
        raise NOT_FOUND.because(f"Dataset {did} does not have the topic {topic}.")
    call.index.put("data", did, topics=await topic_queries.topics(call.connection, did))
    return CHANGED(did, call.parameters.data_id.text)


operations: tuple[Operation[Any], ...] = (add_topic, delete_topic)
