"""What every write of a data set asks first: which one, whether it is there, who may see and change it."""

from typing import Any

from backend.database.results import AnyRow
from backend.datasets import write_queries
from backend.handling.unprocessable import unprocessable
from backend.input.fields import EntityId
from backend.operations import Call
from backend.problems import InputError, InputProblem, ProblemCase

PRIVATE = ProblemCase("dataset-no-access", "112")
"""The answer is that of reading the data set (new-API contract, decision 11)."""


def number(call: Call[Any], name: str, field: EntityId, *, code: str) -> int:
    """The integer that a field must be. ``field``: as it was sent. ``code``: legacy code of an id that finds nothing.
    Raises InputProblem: 422; the database takes ``61abc`` for 61, the new API does not.
    """
    if field.number is None:
        raise unprocessable(call, [name], "id", "Give the id as an integer", code=code)
    return field.number


async def visible(call: Call[Any], did: int, unknown: ProblemCase) -> AnyRow:
    """A data set that the caller may see, locked for what is to change. ``unknown``: there is none. Returns the row of
    ``write_queries.dataset``. Raises Problem: it is not there, or private and not the caller's.
    """
    row = await write_queries.dataset(call.connection, did)
    if row is None:
        raise unknown.because(f"No dataset with id {did} found.")
    allow_to_see(call, row)
    return row


def allow_to_see(call: Call[Any], row: AnyRow) -> None:
    """Let those pass who may see a data set. Raises Problem: it is private and not the caller's."""
    if not call.user.may_see(row.visibility, row.uploader):
        raise PRIVATE.because(f"No access granted: dataset {row.did} is private.")


async def owned(call: Call[Any], did: int, unknown: ProblemCase, not_owned: ProblemCase) -> AnyRow:
    """A data set that the caller may change as its owner.

    ``unknown``: there is none. ``not_owned``: it is somebody else's, and the caller no administrator. Returns the row
    of ``write_queries.dataset``. Raises Problem: it is not there, private, or not the caller's.
    """
    row = await write_queries.dataset(call.connection, did)
    if row is None:
        raise unknown.because(f"No dataset with id {did} found.")
    if not call.is_legacy:  # PHP tells all others that it is not theirs, which refuses it, too
        allow_to_see(call, row)
    if not call.user.may_change(row.uploader):
        raise not_owned.because(f"Dataset {did} is not owned by you.")
    return row


def refused_document(
    field: str, kind: str, message: str, *, code: str | None, additional: str | None = None
) -> InputProblem:
    """The problem of an uploaded document that its schema lets through.

    Args:
        field: Name of the form's file or field.
        kind: ``errors[].type`` of the answer.
        message: What is wrong; also the detail.
        code: The legacy code; None for a mistake that PHP has none for.
        additional: What PHP says beside the text of its code.
    """
    error: InputError = {"type": kind, "loc": ["body", field], "msg": message, "input": None}
    return InputProblem(message, [error], code=code, additional=additional)
