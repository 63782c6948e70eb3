"""Documents of tasks (new-API contract, section C)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, NotRequired, TypeAlias, cast

from pydantic import Field
from typing_extensions import TypedDict

from backend.database.results import AnyRow
from backend.tasks.templates import Piece
from config.php.text import trimmed, trimmed_or_empty

Empty: TypeAlias = Annotated[list[str], Field(max_length=0)]
"""``[]``: what an element without text is, as in PHP."""

Text: TypeAlias = str | Empty
Integer: TypeAlias = int | str | Empty
"""An integer; what is written in its place where it is none."""


class DataSet(TypedDict):
    """The data set of a task, and which of its features the task is about."""

    data_set_id: Integer
    labeled_data_set_id: NotRequired[Integer]
    target_feature: NotRequired[Text]
    target_feature_left: NotRequired[Text]
    target_feature_right: NotRequired[Text]
    target_feature_event: NotRequired[Text]
    target_value: NotRequired[Text]


class DataSetList(TypedDict):
    """The data sets of a task, as one text."""

    data_set_id: Text
    target_feature: Text


class ProcedureParameter(TypedDict):
    """A parameter of an estimation procedure; null when it has none of it."""

    name: str
    value: int | str | None


class EstimationProcedure(TypedDict):
    """How runs of a task are estimated; clustering has a procedure without parameters."""

    id: Integer
    type: Text
    data_splits_url: NotRequired[str]
    parameter: NotRequired[list[ProcedureParameter]]


class EvaluationMeasures(TypedDict):
    """What runs of a task are measured by."""

    evaluation_measure: Text


class TaskInput(TypedDict):
    """An input of a task: its name, and what its template makes of it."""

    name: str
    data_set: NotRequired[DataSet]
    data_set_list: NotRequired[DataSetList]
    estimation_procedure: NotRequired[EstimationProcedure]
    evaluation_measures: NotRequired[EvaluationMeasures]
    cost_matrix: NotRequired[Text]
    annotation_cost: NotRequired[Text]
    batch_size: NotRequired[Integer]
    time_limit: NotRequired[Integer]
    quality_measure: NotRequired[Text]


class PredictedFeature(TypedDict):
    """A column of the predictions."""

    name: str
    type: str


class Predictions(TypedDict):
    """What a file of predictions holds."""

    format: str
    feature: list[PredictedFeature]


class TaskOutput(TypedDict):
    """An output of a task: its name, and what its template says."""

    name: str
    predictions: NotRequired[Predictions]


class Task(TypedDict):
    """The document of ``GET /tasks/{task_id}``; inputs and outputs hold what the type's templates say."""

    id: int
    name: str
    task_type_id: int
    task_type: str
    input: list[TaskInput]
    output: list[TaskOutput]
    tags: list[str]


class Input(TypedDict):
    """A value that a task was made with; null when it is empty."""

    name: str
    value: str | None


class Inputs(TypedDict):
    """The document of ``GET /tasks/inputs/{task_id}``."""

    task_id: int
    task_type_id: int
    input: list[Input]


class NamedValue(TypedDict):
    """An input or a quality of a listed task; both keep their text."""

    name: str
    value: str


class ListedTask(TypedDict):
    """A task in a list; without ``quality`` when the data set has none."""

    task_id: int
    task_type_id: int
    task_type: str
    did: int
    name: str
    status: str
    format: str
    input: list[NamedValue]
    quality: NotRequired[list[NamedValue]]


def task(row: AnyRow, pieces: Iterable[Piece], tags: Iterable[str], asked: str) -> Task:  # noqa: ARG001  # all presenters of an operation take the same
    """One task (legacy notes, task 1.3). Returns the document of ``GET /tasks/{task_id}``.

    Args:
        row: Of ``queries.task``.
        pieces: Of ``templates.expanded``.
        tags: Of the task, in order.
        asked: The id as it was asked for, which only PHP shows.
    """
    made = list(pieces)
    return {
        "id": row.task_id,
        "name": task_name(row),
        "task_type_id": row.ttid,
        "task_type": trimmed_or_empty(row.task_type),
        "input": [cast(TaskInput, piece.document) for piece in made if piece.io == "input"],
        "output": [cast(TaskOutput, piece.document) for piece in made if piece.io == "output"],
        "tags": [trimmed_or_empty(tag) for tag in tags],
    }


def task_name(row: AnyRow) -> str:
    """What a task is called. ``row``: of ``queries.task``. Returns its number, data set and type; without the data set
    when the task names none.
    """
    about = f": {row.dataset or ''}" if row.source is not None else ""
    return trimmed_or_empty(f"Task {row.task_id}{about} ({row.task_type})")


def inputs(row: AnyRow, values: Mapping[str, str]) -> Inputs:
    """The inputs of a task (legacy notes, task 1.4). ``row``: of ``queries.task``. ``values``: of ``queries.inputs``.
    Returns the document of ``GET /tasks/inputs/{task_id}``; values stay text.
    """
    return {
        "task_id": row.task_id,
        "task_type_id": row.ttid,
        "input": [
            {"name": trimmed_or_empty(name), "value": trimmed(value) or None}
            for name, value in values.items()
        ],
    }


def listed(
    rows: Iterable[AnyRow],
    inputs: Mapping[int, Sequence[tuple[str, str]]],
    qualities: Mapping[int, Sequence[tuple[str, str]]],
) -> list[ListedTask]:
    """The document of a list. Returns one object a task.

    Args:
        rows: Of ``list_queries.listed``.
        inputs: Of ``list_queries.shown_inputs``.
        qualities: Of ``backend.datasets.list_queries.shown_qualities``.
    """
    document: list[ListedTask] = []
    for row in rows:
        task: ListedTask = {
            "task_id": row.task_id,
            "task_type_id": row.ttid,
            "task_type": row.task_type,
            "did": row.did,
            "name": row.name,
            "status": row.status,
            "format": row.format,
            "input": _named(inputs[row.task_id]),
        }
        if qualities[row.did]:
            task["quality"] = _named(qualities[row.did])
        document.append(task)
    return document


def _named(pairs: Iterable[tuple[str, str]]) -> list[NamedValue]:
    return [{"name": name, "value": value} for name, value in pairs]
