"""Endpoints of jobs."""

import re
from typing import Annotated, Any

from backend.filters import Digits
from backend.jobs import queries, shapes
from backend.operations import Call, Document, Operation, operation
from backend.parameters import Parameters, Reader, refuse
from backend.problems import ProblemCase

INCOMPLETE = "340"
NOTHING = ProblemCase("job-not-found", "341")

# What PHP strips from the values, where its lists would refuse them (legacy notes, task 7 and data 7.2).
_STRIPPED = re.compile(r"[^\t\n\v\f\r (),\-./0-9:;<=>?@A-Z\[\\\]^_a-z]")


class Stripped(Reader):
    """A text, without the characters that PHP takes out of it."""

    def read(self, value: object) -> str:
        """Read a value."""
        return _STRIPPED.sub("", str(value))

    def describe(self) -> dict[str, Any]:
        """Any text."""
        return {"type": "string"}


class Given(Stripped):
    """A text that must be there; ``0`` is none."""

    def read(self, value: object) -> str:
        """Read a value."""
        text = super().read(value)
        if text in ("", "0"):
            refuse("missing", "Give workbench and task_type_id", code=INCOMPLETE)
        return text

    def describe(self) -> dict[str, Any]:
        """Text that is not empty."""
        return {"type": "string", "minLength": 1}


class GivenId(Reader):
    """An id that must be there."""

    def read(self, value: object) -> int:
        """Read a value."""
        text = Given().read(value)
        if not text.isdecimal():
            refuse("digits", "Give one run of decimal digits", code=INCOMPLETE)
        return Digits().read(text)

    def describe(self) -> dict[str, Any]:
        """A positive number."""
        return {"type": "integer", "minimum": 1}


class SetupId(Reader):
    """An id that restricts; none, or ``0``, restricts nothing."""

    def read(self, value: object) -> int | None:
        """Read a value."""
        text = _restriction(Stripped().read("" if value is None else value))
        if text is None:
            return None
        if not text.isdecimal():
            refuse("digits", "Give one run of decimal digits", code=NOTHING.code)
        return Digits().read(text)

    def describe(self) -> dict[str, Any]:
        """A natural number."""
        return {"type": "integer", "minimum": 0}


class JobRequest(Parameters, validate_default=True):
    """What the caller can run."""

    workbench: Annotated[str, Given()] = ""
    task_type_id: Annotated[int, GivenId()] = 0
    task_tag: Annotated[str, Stripped()] = ""
    setup_tag: Annotated[str, Stripped()] = ""
    setup_id: Annotated[int | None, SetupId()] = None


@operation("job.request", parameters=JobRequest, answer=shapes.Job, problems=(NOTHING,))
async def request(call: Call[JobRequest]) -> Document:
    """The job that waits longest; it is noted that it was handed out, also to callers without a key, as in PHP.

    Two round trips to the database (three with a key): the job, the note.
    """
    asked = call.parameters
    row = await queries.next_job(
        call.connection,
        asked.workbench,
        asked.task_type_id,
        task_tag=_restriction(asked.task_tag),
        setup_tag=_restriction(asked.setup_tag),
        setup_id=asked.setup_id,
    )
    if row is None:
        raise NOTHING.because(
            f"No job is waiting for workbench {asked.workbench} and task type {asked.task_type_id}."
        )
    await queries.assign(call.connection, row.sid, row.task_id, call.now())
    return shapes.job(row)


def _restriction(text: str) -> str | None:
    """A restriction that PHP takes for one."""
    return None if text in ("", "0") else text


operations: tuple[Operation[Any], ...] = (request,)
