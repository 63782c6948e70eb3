"""Endpoints of jobs."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from backend.access import WRITER_UNLESS_GET
from backend.input.parameters import Parameters, Reader
from backend.jobs import legacy, queries, shapes
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import InputError, InputProblem, ProblemCase, refused
from backend.writing_reads import keeps
from config.php.numbers import column_number

NOTHING = ProblemCase("job-not-found", "341")

INCOMPLETE = "340"

JOB = Faces(shapes.job, legacy.job)

# What PHP strips from the values, where its lists would refuse them (legacy notes, task 7 and data 7.2).
_STRIPPED = re.compile(r"[^\t\n\v\f\r (),\-./0-9:;<=>?@A-Z\[\\\]^_a-z]")


class Stripped(Reader):
    """A text, without the characters that PHP takes out of it; ``0`` is none."""

    def read(self, value: object) -> str:
        """Read a value."""
        text = _STRIPPED.sub("", str(value))
        return "" if text == "0" else text

    def describe(self) -> dict[str, Any]:
        """Any text."""
        return {"type": "string"}


class JobRequest(Parameters):
    """What the caller can run; workbench and task type must be given."""

    workbench: Annotated[str, Stripped()] = ""
    task_type_id: Annotated[str, Stripped()] = ""
    task_tag: Annotated[str, Stripped()] = ""
    setup_tag: Annotated[str, Stripped()] = ""
    setup_id: Annotated[str, Stripped()] = ""


@operation(
    "job.request",
    access=WRITER_UNLESS_GET,
    parameters=JobRequest,
    answer=shapes.Job,
    round_trips=3,
    problems=(NOTHING, *refused(INCOMPLETE)),
    faces=JOB,
)
async def request(call: Call[JobRequest]) -> Answer:
    """The job that waits longest; it is noted that it was handed out, also to callers without a key."""
    asked = call.parameters
    wrong = list(_mistakes(asked, numbers=not call.is_legacy))
    if wrong:
        raise InputProblem(
            "; ".join(f"{error['loc'][1]}: {error['msg']}" for error in wrong), wrong, code=INCOMPLETE
        )
    row = await queries.next_job(
        call.connection,
        asked.workbench,
        column_number(asked.task_type_id),
        task_tag=asked.task_tag or None,
        setup_tag=asked.setup_tag or None,
        setup_id=column_number(asked.setup_id) if asked.setup_id else None,
    )
    if row is None:
        raise NOTHING.because(
            f"No job is waiting for workbench {asked.workbench} and task type {asked.task_type_id}."
        )
    if keeps(call):
        await queries.assign(call.connection, row.sid, row.task_id, call.now())
    return JOB(row)


def _mistakes(asked: JobRequest, *, numbers: bool) -> Iterator[InputError]:
    """What is missing, and what is no number; PHP lets the database make one of it."""
    for name, value in (("workbench", asked.workbench), ("task_type_id", asked.task_type_id)):
        if not value:
            yield {"type": "missing", "loc": ["query", name], "msg": "Give it; 0 is none", "input": None}
    for name, value in (("task_type_id", asked.task_type_id), ("setup_id", asked.setup_id)):
        if numbers and value and not (value.isascii() and value.isdecimal()):
            yield {"type": "digits", "loc": ["query", name], "msg": "Give decimal digits", "input": value}


operations: tuple[Operation[Any], ...] = (request,)
