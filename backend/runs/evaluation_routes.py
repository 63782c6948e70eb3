"""What evaluation engines send about runs: scores and traces."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from backend import tables
from backend.access import admin_writes
from backend.database.conflicts import refusing
from backend.database.storing import insert
from backend.handling.descriptions import description
from backend.input.parameters import NoParameters
from backend.input.xml_documents import Node
from backend.input.xml_integers import integer
from backend.legacy.faces import Faces
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import InputError, InputProblem, ProblemCase, refused
from backend.request_bodies import Part
from backend.runs import legacy, scores, shapes, write_queries
from backend.runs.scores import SplitProcedure
from backend.runs.task_context import task_context

UNKNOWN = ProblemCase("run-not-found", "425")
EVALUATED = ProblemCase("run-already-evaluated", "426")
NO_SOURCE = ProblemCase("task-input-missing", "429")
NO_PROCEDURE = ProblemCase("task-input-missing", "430")
UNCOUNTED = ProblemCase("dataset-not-processed", "433")
TRACE_CONFLICT = ProblemCase("run-trace-conflict", "564")

EVALUATED_RUN = Faces(shapes.concerned, legacy.evaluated)
TRACED_RUN = Faces(shapes.concerned, legacy.traced)

FIELD = "description"
NOT_STORED = "428"
ENGINE = 1
"""The engine that traces belong to (legacy notes, task 3.5)."""

# What each table has of a score, beside its key.
SCORES: Mapping[Table, tuple[str, ...]] = {
    tables.evaluation: ("value", "stdev", "array_data"),
    tables.evaluation_fold: ("value", "array_data", "repeat", "fold"),
    tables.evaluation_sample: ("value", "array_data", "sample_size", "repeat", "fold", "sample"),
}
# PHP stores the text of an XML boolean in an enumeration, which knows these two by their numbers.
SELECTED = {"1": "true", "0": ""}


@operation(
    "run.evaluate",
    parameters=NoParameters,
    answer=shapes.Concerned,
    round_trips=9,
    problems=(
        UNKNOWN,
        EVALUATED,
        NO_SOURCE,
        NO_PROCEDURE,
        UNCOUNTED,
        *refused("422", "423", NOT_STORED, "431", "432", "434"),
    ),
    access=admin_writes(),
    parts=(Part(FIELD, "The evaluation.", "run_evaluate", required=True),),
    body_limit=UPLOAD_LIMIT,
    faces=EVALUATED_RUN,
)
async def evaluate(call: Call[NoParameters]) -> Answer:
    """Store what an engine computed of a run, or why it could not; that it failed before is forgotten.

    A refusal changes nothing.
    """
    # PHP stores one because of the task (429 to 433) in place of what it knew of the run (new-API contract,
    # decision 10).
    root = await description(call, FIELD, "run_evaluate", missing="422", invalid="423")
    rid, engine_id = integer(root.text("run_id")), integer(root.text("evaluation_engine_id"))
    procedure = await _procedure(call, rid)
    record = await write_queries.record(call.connection, rid, engine_id)
    if record is not None and not record.error:
        raise EVALUATED.because(f"Run {rid} is already evaluated by engine {engine_id}.")
    evaluations = root.all("evaluation")
    illegal = scores.illegal(evaluations, procedure)
    if illegal:
        message = f"The task of run {rid} has no such repeat, fold or sample: {', '.join(illegal)}"
        raise _wrong("place_illegal", message, "434", "evaluation", f"Measure(s): {', '.join(illegal)}")
    rows = await _rows(call, rid, engine_id, evaluations)
    if record is not None:
        await write_queries.forget(call.connection, rid, engine_id)
    unknown = _wrong("engine_unknown", f"There is no engine {engine_id}", NOT_STORED, "evaluation_engine_id")
    twice = _wrong(
        "measure_repeated", "A measure is there twice for the same place", NOT_STORED, "evaluation"
    )
    with refusing(reference=unknown, unique=twice):
        await insert(
            call.connection,
            tables.run_evaluated,
            {
                "evaluation_date": call.now(),
                "run_id": rid,
                "evaluation_engine_id": engine_id,
                "user_id": call.user.id,
                "num_tries": 1 if record is None else record.num_tries + 1,
                "error": root.raw("error"),
                "warning": root.raw("warning"),
            },
        )
        for table, scored in rows.items():
            await write_queries.store(call.connection, table, scored)
    call.index.put("run", rid, evaluated=True)
    return EVALUATED_RUN(rid, root.raw("run_id"))


async def _procedure(call: Call[NoParameters], rid: int) -> SplitProcedure:
    """How the task of a run splits its data (legacy notes, task 3.12, checks 5 and 6)."""
    run = await write_queries.task_of(call.connection, rid)
    if run is None:
        raise UNKNOWN.because(f"No run with id {rid} found.")
    context = None if run.task_id is None else await task_context(call.connection, run.task_id)
    if context is None or context.source is None:
        raise NO_SOURCE.because(f"Task {run.task_id} of run {rid} has no source_data.")
    if context.named_procedure is None:
        raise NO_PROCEDURE.because(f"Task {run.task_id} of run {rid} has no estimation_procedure.")
    if context.dataset_id is None:
        message = f"Task {run.task_id} is on data set {context.source}, which is not there"
        raise _wrong("task_incomplete", message, "431", "run_id")
    if not context.counted:
        raise UNCOUNTED.because(
            f"Dataset {context.dataset_id} does not have the quality NumberOfInstances of the default engine."
        )
    if context.procedure is None:
        message = (
            f"Task {run.task_id} has the estimation procedure {context.named_procedure}, which is not there"
        )
        raise _wrong("task_incomplete", message, "432", "run_id")
    return context.procedure


async def _rows(
    call: Call[NoParameters], rid: int, engine_id: int, evaluations: list[Node]
) -> dict[Table, list[dict[str, object]]]:
    """The scores as rows of the three tables; what a table has no column for is refused."""
    names = scores.names(evaluations)
    known = await write_queries.functions(call.connection, names) if names else {}
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"There are no such evaluation measures: {', '.join(unknown)}"
        raise _wrong("measure_unknown", message, NOT_STORED, "evaluation")
    rows: dict[Table, list[dict[str, object]]] = {}
    for one in evaluations:
        given: dict[str, object] = {
            child.name: child.content for child in one.children if child.name != "name"
        }
        given |= one.attributes
        table = _table(given)
        foreign = sorted(given.keys() - SCORES[table])
        if foreign:
            message = f"A score of {one.text('name')} takes no {', '.join(foreign)} here"
            raise _wrong("score_illegal", message, NOT_STORED, "evaluation")
        row: dict[str, object] = dict.fromkeys(SCORES[table]) | given
        if table is tables.evaluation_sample and row["sample_size"] is None:
            row["sample_size"] = 0
        key = {"source": rid, "function_id": known[one.text("name") or ""], "evaluation_engine_id": engine_id}
        rows.setdefault(table, []).append(row | key)
    return rows


def _table(given: Mapping[str, object]) -> Table:
    if "fold" in given and "repeat" in given:
        return tables.evaluation_sample if "sample" in given else tables.evaluation_fold
    return tables.evaluation


@operation(
    "run.upload_trace",
    parameters=NoParameters,
    answer=shapes.Concerned,
    round_trips=2,
    problems=(TRACE_CONFLICT, *refused("561", "562")),
    access=admin_writes(),
    parts=(Part("trace", "What a search tried.", "run_trace", required=True),),
    body_limit=UPLOAD_LIMIT,
    faces=TRACED_RUN,
)
async def upload_trace(call: Call[NoParameters]) -> Answer:
    """Store the trace of a run that the default engine has evaluated: what a search tried."""
    root = await description(call, "trace", "run_trace", missing="561", invalid="562", quiet=True)
    rid = integer(root.text("run_id"))
    rows: list[dict[str, object]] = []
    for iteration in root.all("trace_iteration"):
        row: dict[str, object] = {child.name: child.content for child in iteration.children}
        selected = iteration.text("selected") or ""
        row["selected"] = SELECTED.get(selected, selected)
        rows.append(row | {"run_id": rid, "evaluation_engine_id": ENGINE})
    with refusing(
        reference=TRACE_CONFLICT.because(
            f"Run {rid} is not there, or is not evaluated by engine {ENGINE} yet."
        ),
        unique=TRACE_CONFLICT.because(f"An iteration of run {rid} is there already, or is there twice."),
    ):
        await write_queries.store(call.connection, tables.trace, rows)
    return TRACED_RUN(rid, root.raw("run_id"))


def _wrong(kind: str, message: str, code: str, member: str, additional: str | None = None) -> InputProblem:
    error: InputError = {"type": kind, "loc": ["body", FIELD, member], "msg": message, "input": None}
    return InputProblem(f"{message}.", [error], code=code, additional=additional)


operations: tuple[Operation[Any], ...] = (evaluate, upload_trace)
