"""The pinned document does not justify itself: tables and contract say the same, without looking at the backend."""

import json
from typing import Any

import pytest

from tests.functional.conformance import CONFIG
from tests.functional.witnesses import columns

DOCUMENT: dict[str, Any] = json.loads((CONFIG / "openapi.json").read_bytes())
COLUMNS: dict[str, Any] = dict(columns.stated())


def test_every_member_of_every_answer_agrees_with_its_column_or_is_listed() -> None:
    """Integers are integer columns, times are times, booleans are true or false; all else has a why."""
    assert columns.disagreements(DOCUMENT, COLUMNS) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("dataset.name", "integer, where text is stated"),
        ("dataset.file_id", "the column can be NULL"),
        ({"is": "integer", "of": "dataset.did", "why": "It is so."}, "is as its column is, and needs no why"),
        ({"is": "integer", "why": " "}, "is listed without a why"),
        ({"is": "integer", "of": "dataset.dud", "why": "It is so."}, "there is no column dataset.dud"),
    ],
)
def test_a_wrong_statement_is_found(statement: object, said: str) -> None:
    """The file is judged too."""
    changed = COLUMNS | {"Description": COLUMNS["Description"] | {"id": statement}}
    assert columns.disagreements(DOCUMENT, changed) == [f"Description.id: {said}"]


def test_what_nobody_states_is_found() -> None:
    """And what is stated of nothing."""
    changed = COLUMNS | {"Reset": {"rid": "run.rid"}}
    assert columns.disagreements(DOCUMENT, changed) == [
        "Reset.rid: no answer has it",
        "Reset.id: nobody says what it holds",
    ]
