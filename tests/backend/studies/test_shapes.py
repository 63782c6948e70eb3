"""Documents of studies."""

from datetime import datetime
from typing import Any

from sqlalchemy import create_engine, literal, select

from backend.studies import shapes

STUDY = {
    "id": 7,
    "alias": None,
    "main_entity_type": "run",
    "benchmark_suite": None,
    "name": " Spaced ",
    "description": "",
    "visibility": "public",
    "status": "active",
    "creation_date": datetime.fromisoformat("2019-02-20T11:53:37"),
    "creator": 16,
}


def rows(*values: dict[str, Any]) -> list[Any]:
    """Rows with these columns, as a database gives them."""
    with create_engine("sqlite://").connect() as connection:
        return [
            connection.execute(select(*(literal(v).label(k) for k, v in row.items()))).one() for row in values
        ]


def test_members_are_listed_once_in_order() -> None:
    """Several runs of one task on one data set show both once."""
    members = rows({"run_id": 9, "task_id": 3, "data": "61"}, {"run_id": 4, "task_id": 3, "data": "61"})
    (study,) = rows(STUDY)
    document = shapes.study(study, members, ())
    assert (document["run_ids"], document["task_ids"], document["data_ids"]) == ([4, 9], [3], [61])


def test_a_suite_has_no_flows_and_runs() -> None:
    """Parts that a kind of study does not have are empty lists."""
    (study,) = rows(STUDY)
    document = shapes.study(study, rows({"task_id": 3, "data": "61"}), ())
    assert (document["flow_ids"], document["setup_ids"], document["run_ids"]) == ([], [], [])


def test_what_names_no_data_set_is_left_out() -> None:
    """The input of a task is text; only numbers name data sets."""
    (study,) = rows(STUDY)
    assert shapes.study(study, rows({"task_id": 3, "data": "abc"}), ())["data_ids"] == []


def test_a_listed_study_has_all_its_fields() -> None:
    """Without alias and suite they are null; the date is ISO 8601, the name trimmed."""
    (study,) = rows(STUDY)
    listed = shapes.listed(study)
    assert (listed["alias"], listed["benchmark_suite"]) == (None, None)
    assert (listed["creation_date"], listed["name"]) == ("2019-02-20T11:53:37", "Spaced")
