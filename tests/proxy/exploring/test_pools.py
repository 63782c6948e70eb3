"""Rows of lists, of either side."""

import random

from proxy.exploring.pools import Pools

PHP = {"flows": {"flow": [{"id": 1, "name": "a", "tag": ["x"]}, {"id": 2, "name": "b", "uploader": "16"}]}}


def pools() -> Pools:
    """A list of PHP, one of the new API, and one of scalars."""
    found = Pools()
    found.add("flow.list", PHP)
    found.add("task.list", [{"task_id": 7, "input": [{"name": "n", "value": "v"}]}])
    found.add("data.tags", {"data_tag_list": {"tag": ["b", "a", "b"]}})
    return found


def test_rows_are_found_whatever_wraps_them() -> None:
    """Each once, in an order of their own; what is listed inside a row is none."""
    found = pools()
    assert found.values("flow.list", "id") == ["1", "2"]
    assert found.values("task.list", "task_id") == ["7"]
    assert found.values("task.list", "name") == []
    assert found.values("data.tags", "tag") == ["a", "b"]


def test_the_values_of_a_request_are_of_one_row() -> None:
    """A name and an id that belong together."""
    for seed in range(20):
        picked = pools().picked(random.Random(seed))
        pair = picked.value("flow.exists", "name"), picked.value("flow.get", "flow_id")
        assert pair in {("a", "1"), ("b", "2")}


def test_half_of_the_rows_are_of_the_caller() -> None:
    """So that somebody changes what is theirs."""
    found = [pools().picked(random.Random(seed), "16").value("flow.get", "flow_id") for seed in range(100)]
    assert 60 < found.count("2") < 95


def test_what_no_list_tells_is_told() -> None:
    """So that another value is made."""
    assert pools().picked(random.Random(1)).value("flow.list", "limit") is None
