"""The upload of a run."""

from typing import Any

import orjson

from backend import tables
from backend.access import WRITER
from backend.database.storing import insert, insert_ignoring
from backend.handling.descriptions import given_description, valid
from backend.input.parameters import NoParameters
from backend.input.xml_documents import Node
from backend.input.xml_integers import entity_id
from backend.legacy.faces import Faces
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import InputError, InputProblem, ProblemCase, refused
from backend.request_bodies import Part
from backend.runs import legacy, scores, shapes, write_queries
from backend.runs.task_context import TaskContext, task_context
from backend.runs.uploaded_files import checked_files, described_in_json, store_files
from backend.setups.creation import find_or_create
from backend.setups.run_description import RunDescription, Setting
from backend.setups.search import SearchCodes, check_flow, input_values
from backend.tagging.kinds import RUN
from backend.tagging.tags import tag_new_entity

FIELD = "description"
SEARCH = SearchCodes(flow="205", measure="218", parameter="213", too_many="215")
UNCOUNTED = ProblemCase("dataset-not-processed", "208")
# Its description (201, 202, 214), its task (204, 219 to 222), its files (206, 207, 209, 212), its scores (216, 217).
REFUSED = ("201", "202", "204", "206", "207", "209", "212", "214", "216", "217", "219", "220", "221", "222")
UPLOADED = Faces(shapes.uploaded, legacy.uploaded)


@operation(
    "run.upload",
    parameters=NoParameters,
    answer=shapes.Concerned,
    round_trips=22,
    problems=(UNCOUNTED, *SEARCH.refused(), *refused(*REFUSED)),
    access=WRITER,
    parts=(
        Part(FIELD, "The run.", "run_upload", required=True),
        Part("predictions", "What the flow predicted, ARFF."),
        Part("trace", "What a search tried, ARFF."),
    ),
    further_files=True,
    body_limit=UPLOAD_LIMIT,
    faces=UPLOADED,
)
async def upload(call: Call[NoParameters]) -> Answer:
    """Store a run: its description, its files, and its setup, which is made when there is none yet.

    Scores in the description are looked at and not stored: an engine computes them (legacy notes, task 3.8). A tag
    that cannot be set does not keep the run from being stored.
    """
    given = await given_description(call, FIELD, missing="201")
    root = await valid(call, given, FIELD, "run_upload", code="202")
    described = _described(root)
    await check_flow(call, described.flow_id, SEARCH)
    if isinstance(call.json, dict):
        files = [await described_in_json(call, orjson.dumps(given))]
    else:
        files = await checked_files(call)
    values = await input_values(call, described, SEARCH)
    foreign = _wrong(
        "parameter_foreign",
        f"A parameter belongs neither to flow {described.flow_id} nor to one of its components",
        "214",
        "parameter_setting",
    )
    setup_id = await find_or_create(call, described.flow_id, values, root.text("setup_string"), foreign)
    context = await _whole_task(call, root)
    await _check_scores(call, root, context)
    rid = await insert(
        call.connection,
        tables.run,
        {
            "uploader": call.user.id,
            "setup": setup_id,
            "task_id": context.task_id,
            "start_time": call.now(),
            "error_message": _text(root, "error_message"),
            "run_details": _text(root, "run_details"),
        },
    )
    await store_files(call, rid, files)
    used = {"run": rid, "data": context.dataset_id, "name": "dataset"}
    await insert_ignoring(call.connection, tables.input_data, used)
    call.index.put(
        "run",
        rid,
        run_id=rid,
        uploader=call.user.id,
        task_id=context.task_id,
        setup_id=setup_id,
        flow_id=described.flow_id,
        date=call.now().isoformat(sep=" "),
    )
    await tag_new_entity(call, RUN, rid, root.texts("tag"))
    return UPLOADED(rid)


def _described(root: Node) -> RunDescription:
    flow_id = entity_id(root.text("flow_id"))
    return RunDescription(
        flow_id,
        tuple(
            Setting(
                name=one.text("name") or "",
                value=one.raw("value") or "",
                component=flow_id if one.first("component") is None else entity_id(one.text("component")),
            )
            for one in root.all("parameter_setting")
        ),
    )


def _text(root: Node, name: str) -> str | None:
    """PHP takes ``0`` for nothing."""
    text = root.text(name)
    return None if text in ("", "0") else text


async def _whole_task(call: Call[NoParameters], root: Node) -> TaskContext:
    """The task, with all that a run on it needs (legacy notes, task 3.8, checks 13 to 18)."""
    task_id = entity_id(root.text("task_id"))
    context = await task_context(call.connection, task_id)
    if context is None:
        raise _wrong("task_unknown", f"There is no task {task_id}", "204", "task_id")
    if context.source is None:
        raise _incomplete(task_id, "has no source_data", "219")
    if context.named_procedure is None:
        raise _incomplete(task_id, "has no estimation_procedure", "220")
    if context.dataset_id is None:
        raise _incomplete(task_id, f"is on data set {context.source}, which is not there", "221")
    if not context.counted:
        raise UNCOUNTED.because(
            f"Dataset {context.dataset_id} does not have the quality NumberOfInstances of the default engine."
        )
    if context.procedure is None:
        message = f"has the estimation procedure {context.named_procedure}, which is not there"
        raise _incomplete(task_id, message, "222")
    return context


async def _check_scores(call: Call[NoParameters], root: Node, context: TaskContext) -> None:
    output = root.first("output_data")
    evaluations = output.all("evaluation") if output is not None else []
    if not evaluations or context.procedure is None:
        return
    given = scores.names(evaluations)
    known = await write_queries.evaluation_measures(call.connection, given)
    unknown = [name for name in given if name not in known]
    if unknown:
        message = f"There are no such evaluation measures: {', '.join(unknown)}"
        raise _wrong("measure_unknown", message, "217", "output_data", f"Measure(s): {', '.join(unknown)}")
    illegal = scores.illegal(evaluations, context.procedure)
    if illegal:
        message = f"Task {context.task_id} has no such repeat, fold or sample: {', '.join(illegal)}"
        raise _wrong("place_illegal", message, "216", "output_data", f"Measure(s): {', '.join(illegal)}")


def _incomplete(task_id: int, what: str, code: str) -> InputProblem:
    return _wrong("task_incomplete", f"Task {task_id} {what}", code, "task_id")


def _wrong(kind: str, message: str, code: str, member: str, additional: str | None = None) -> InputProblem:
    error: InputError = {"type": kind, "loc": ["body", FIELD, member], "msg": message, "input": None}
    return InputProblem(f"{message}.", [error], code=code, additional=additional)


operations: tuple[Operation[Any], ...] = (upload,)
