"""Documents of task types."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from backend.tasktypes import shapes

CREATED = datetime.fromisoformat("2019-10-24 23:46:54")


def row(**columns: object) -> Any:
    """A row of a query: its columns by name."""
    values = {"ttid": 9, "name": "N", "description": "", "creator": "Ada", "contributors": None}
    return SimpleNamespace(**(values | {"creationDate": CREATED} | columns))


def test_a_type_keeps_its_envelope_and_text_id() -> None:
    """Clients of both APIs read the document."""
    expected: shapes.TaskType = {
        "task_type": {
            "id": "9",
            "name": "N",
            "description": [],
            "creator": ["Ada"],
            "creation_date": "2019-10-24 23:46:54",
            "input": [],
        }
    }
    assert shapes.task_type(row(), []) == expected


def test_contributors_are_there_when_there_are_some() -> None:
    """The column is one record of CSV."""
    document = shapes.task_type(row(contributors='"Eli Sorrel", Fay Tansy ,Hal'), [])
    assert document["task_type"]["contributor"] == ["Eli Sorrel", "Fay Tansy", "Hal"]


def test_an_input_tells_requirement_and_data_type_when_known() -> None:
    """Only what is required says so; constraints that are no JSON tell nothing."""
    inputs: list[Any] = [
        SimpleNamespace(name="a", requirement="required", api_constraints='{"data_type": "numeric"}'),
        SimpleNamespace(name="b", requirement="hidden", api_constraints="{"),
        SimpleNamespace(name="c", requirement="optional", api_constraints=None),
    ]
    assert shapes.task_type(row(), inputs)["task_type"]["input"] == [
        {"name": "a", "requirement": "required", "data_type": "numeric"},
        {"name": "b"},
        {"name": "c"},
    ]


def test_the_list_shows_creators_as_they_stand() -> None:
    """One text, quotes included."""
    (listed,) = shapes.task_types([row(creator='"Eli", "Fay"', description=" so\r\nso ")])["task_types"][
        "task_type"
    ]
    assert (listed["creator"], listed["description"]) == ('"Eli", "Fay"', "so\nso")
