"""PHP's documents of studies."""

from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.studies import legacy

ROW: Any = SimpleNamespace(
    id=7,
    alias="",
    main_entity_type="run",
    benchmark_suite=None,
    name="n",
    description="d",
    visibility="public",
    status="active",
    creation_date="2020-01-01 00:00:00",
    creator=2,
    legacy="n",
)
HEAD = (
    b'{"study":{"id":"7","main_entity_type":"run","name":"n","description":"d","visibility":"public",'
    b'"status":"active","creation_date":"2020-01-01T00:00:00","creator":"2",'
)


def member(**columns: object) -> Any:
    """A row."""
    return SimpleNamespace(**columns)


def test_a_study_of_runs_has_all_kinds_of_members() -> None:
    """Each once, where it came first; without any they are empty."""
    runs = [member(data="61", task_id=1, flow_id=4, setup_id=5, run_id=run) for run in (9, 8)]
    assert to_json(legacy.study(ROW, runs, ())) == HEAD + (
        b'"data":{"data_id":"61"},"tasks":{"task_id":"1"},"flows":{"flow_id":"4"},"setups":{"setup_id":"5"},'
        b'"runs":{"run_id":["9","8"]}}}'
    )
    assert to_json(legacy.study(ROW, [], ())).endswith(
        b'"data":[],"tasks":[],"flows":[],"setups":[],"runs":[]}}'
    )


def test_a_suite_has_data_and_tasks() -> None:
    """And nothing else."""
    suite = SimpleNamespace(**vars(ROW) | {"main_entity_type": "task"})
    made = to_json(legacy.study(suite, [member(data="61", task_id=1)], ()))  # type: ignore[arg-type]  # no Row
    assert made.endswith(b'"data":{"data_id":"61"},"tasks":{"task_id":"1"}}}')


def test_a_study_made_of_tags_shows_them_and_what_has_them() -> None:
    """Kinds without members are left out."""
    old = SimpleNamespace(**vars(ROW) | {"legacy": "y"})
    tag = member(tag="t", window_start=None, window_end="2029-01-01 00:00:00", write_access="public")
    made = to_json(legacy.study(old, [member(part="flows", id=3)], [tag]))  # type: ignore[arg-type]  # no Row
    assert made == HEAD + (
        b'"tag":{"name":"t","window_end":"2029-01-01 00:00:00","write_access":"public"},"flows":{"flow_id":"3"}}}'
    )


def test_a_listed_study_has_a_blank_in_its_date() -> None:
    """And no description."""
    assert to_json(legacy.listed([ROW])) == (
        b'{"study_list":{"study":{"id":"7","main_entity_type":"run","name":"n","status":"active",'
        b'"creation_date":"2020-01-01 00:00:00","creator":"2"}}}'
    )


def test_writes_say_what_they_changed() -> None:
    """One document each."""
    assert to_json(legacy.created(7)) == b'{"study_upload":{"id":"7"}}'
    changed = b'{"id":"7","main_entity_type":"run","linked_entities":"2"}}'
    assert to_json(legacy.attached(ROW, 2)) == b'{"study_attach":' + changed
    assert to_json(legacy.detached(ROW, 2)) == b'{"study_detach":' + changed
    updated = to_json(legacy.status_updated(7, "active"))
    assert updated == b'{"study_status_update":{"id":"7","status":"active"}}'
    assert to_json(legacy.deleted(7)) == b'{"study_delete":{"id":"7"}}'
