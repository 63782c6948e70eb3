"""What a request names, held to the new answer."""

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.asked_for import asked_for_differences
from diffing.model import Asked

ROUTES = load_routes(config_directory(None))


def found(route: str, parameters: dict[str, str], document: object) -> list[str]:
    """Where a success is not what was asked for."""
    asked = Asked(ROUTES[route], "GET", parameters)
    return [difference.path for difference in asked_for_differences(asked, document)]


@pytest.mark.parametrize(
    ("route", "parameters", "document", "differing"),
    [
        ("flow.get", {"flow_id": "7"}, {"id": 7}, []),
        ("flow.get", {"flow_id": "007"}, {"id": 7}, []),
        ("flow.get", {"flow_id": "7"}, {"id": 8}, ["$.id"]),
        ("flow.get", {"flow_id": "7.0"}, {"id": 8}, []),
        ("run.get", {"run_id": "7"}, {"run_id": 8}, ["$.run_id"]),
        ("study.get", {"study_id": "first"}, {"id": 1, "alias": "First"}, []),
        ("study.get", {"study_id": "first"}, {"id": 1, "alias": "second"}, ["$.alias"]),
        ("study.get", {"study_id": "first"}, {"id": 1, "alias": None}, ["$.alias"]),
        ("study.get", {"study_id": "1"}, {"id": 1, "alias": "second"}, []),
        ("study.part", {"study_id": "first", "part": "runs"}, {"alias": "second"}, ["$.alias"]),
        ("study.get", {"study_id": "1"}, {"id": 1, "data_ids": [1, 2, 1]}, ["$.data_ids[2]"]),
    ],
)
def test_one_thing_is_the_one_of_the_path(
    route: str, parameters: dict[str, str], document: object, differing: list[str]
) -> None:
    """By its id or, of a study, its alias; nothing is twice in its lists."""
    assert found(route, parameters, document) == differing


@pytest.mark.parametrize(
    ("route", "parameters", "rows", "differing"),
    [
        ("user.list", {"user_id": "16,2"}, [{"id": 2}, {"id": 16}], []),
        ("user.list", {"user_id": "0016"}, [{"id": 16}], []),
        ("user.list", {"user_id": "16"}, [{"id": 16}, {"id": 2}], ["$[1].id"]),
        ("user.list", {"user_id": "16"}, [{"id": "16 "}], ["$[0].id"]),
        ("user.list", {"user_id": "16"}, [{}], ["$[0].id"]),
        ("user.list", {"user_id": "-1"}, [{"id": 2}], []),
        ("user.list", {}, [{"id": 2}], []),
        ("user.list", {}, [{"id": 2}, {"id": 2}], ["$[1]"]),
        ("study.list", {"status": "all"}, [{"id": 2, "status": "active"}], []),
        ("study.list", {"status": "Active"}, [{"id": 2, "status": "in_preparation"}], ["$[0].status"]),
        ("dataset.list", {"data_name": "cafe"}, [{"did": 2, "name": "Café"}], []),
        ("run.list", {"run": "3"}, [{"run_id": 3}, {"run_id": 3}], []),
        ("run.list", {"run": "3"}, [{"run_id": 4}], ["$[0].run_id"]),
        ("run.list", {"limit": "1"}, [{"run_id": 3}, {"run_id": 4}], ["$"]),
        ("run.list", {}, [], ["$"]),
        ("dataset.tags", {}, ["a", "b", "a"], ["$[2]"]),
    ],
)
def test_a_list_has_the_rows_that_were_asked_for(
    route: str, parameters: dict[str, str], rows: object, differing: list[str]
) -> None:
    """Each with a value of the filter, once, and no more than the limit; only PHP's joins repeat a run."""
    assert found(route, parameters, rows) == differing


HIDDEN = {"tag", "data_tag", "limit", "offset", "per_fold", "sort_order", "study", "show_errors"}
INDIRECT = {"number_instances", "number_features", "number_classes", "number_missing_values"}
ELSEWHERE = {
    ("dataset.list", "uploader"),
    ("evaluation.list", "uploader"),
    ("evaluation.setup_list", "uploader"),
    ("evaluation.request", "ttid"),
    ("run.list", "task_type"),
}
"""Filters of which the rows show no value."""


def test_every_filter_has_its_column_or_none() -> None:
    """A new filter is held, or it is listed here why not."""
    for route in ROUTES:
        filters = {*(route.legacy.filters or ())} if route.legacy else set()
        shown = {name for rows in route.rows for name in rows.shows}
        hidden = {name for name in filters if name in HIDDEN | INDIRECT or (route.name, name) in ELSEWHERE}
        assert filters - shown == hidden, route.name


def test_an_ontology_may_be_there_twice() -> None:
    """The database does not hinder that it is added again."""
    assert found("dataset.remove_ontology", {}, {"ontology": ["a", "a"]}) == []
