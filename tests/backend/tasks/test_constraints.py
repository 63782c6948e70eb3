"""What task types demand of the values of inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.tasks.constraints import IllegalConstraint, is_json, read_constraint
from backend.tasks.write_queries import declared_inputs, values

if TYPE_CHECKING:
    from backend.database.connections import Database

TARGET = (
    '{"data_type": "string", "select": "name", "from": "data_feature", '
    '"where": "did = \\"[INPUT:source_data]\\" AND data_type = \\"nominal\\""}'
)
PROCEDURE = (
    '{"data_type": "numeric", "select": "id", "from": "estimation_procedure", "where": "ttid = [TASK:ttid]"}'
)


@pytest.mark.parametrize(
    ("data_type", "value", "fits"),
    [
        ("numeric", "61", True),
        ("numeric", "6.1e1", True),
        ("numeric", "sixty", False),
        ("numeric", "", False),
        ("json", "[[0, 1]]", True),
        ("json", "[[0,", False),
        ("json", "", False),
        ("string", "", True),
    ],
)
def test_a_value_has_the_demanded_type(data_type: str, value: str, *, fits: bool) -> None:
    """As PHP tells numbers and JSON."""
    assert read_constraint(f'{{"data_type": "{data_type}"}}').has_type(value) is fits


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "619"),
        ("", "619"),
        ("[1]", "619"),
        ("{}", "620"),
        ('{"data_type": "colour"}', "620"),
        ('{"data_type": "string", "select": "name", "from": "nowhere"}', "619"),
        ('{"data_type": "string", "select": "none", "from": "dataset"}', "619"),
        ('{"data_type": "string", "select": "did", "from": "dataset", "where": "did = 1 OR 1 = 1"}', "619"),
        ('{"data_type": "string", "select": "did", "from": "dataset", "where": "did = 1 AND"}', "619"),
        ('{"data_type": "string", "select": "did", "from": "dataset", "where": "did > 1"}', "619"),
    ],
)
def test_a_constraint_that_nobody_can_follow_is_illegal(text: str | None, code: str) -> None:
    """Only conditions of the known form are followed."""
    with pytest.raises(IllegalConstraint) as caught:
        read_constraint(text)
    assert caught.value.code == code


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("constraint", "inputs", "allowed"),
    [
        (TARGET, {"source_data": "61"}, ["class"]),
        (TARGET, {"source_data": "061.0"}, ["class"]),
        (TARGET, {"source_data": '61" OR "1'}, ["class"]),
        (TARGET, {"source_data": "61.5"}, []),
        (TARGET, {}, []),
        (PROCEDURE, {}, ["7", "8", "9", "10", "11", "12", "24", "27"]),
    ],
)
async def test_allowed_values_are_looked_up(
    database: Database, constraint: str, inputs: dict[str, str], allowed: list[str]
) -> None:
    """A text counts for the number that it begins with, and is never run as SQL."""
    asked = read_constraint(constraint).allowed(inputs, 2)
    assert asked is not None
    async with database.read() as connection:
        found = await values(connection, asked)
    assert found == allowed


@pytest.mark.anyio
async def test_every_stored_constraint_can_be_followed(database: Database) -> None:
    """But for the one input that has none."""
    illegal = []
    async with database.read() as connection:
        for ttid in range(1, 12):
            for name, row in (await declared_inputs(connection, ttid)).items():
                try:
                    read_constraint(row.api_constraints)
                except IllegalConstraint:
                    illegal.append((ttid, name))
    assert illegal == [(3, "number_samples")]


def test_null_is_json() -> None:
    """Any JSON value is."""
    assert is_json("null")
