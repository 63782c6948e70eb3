"""Who may not write changes nothing: every writing route, asked without a right to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from backend.app import OPERATIONS
from config.location import config_directory
from config.routes import Route, load_routes
from tests.backend.conftest import KEYS, Writable, writable
from tests.functional.evidence import evidence, kind_of

__all__ = ["writable"]

pytestmark = pytest.mark.anyio

NO_KEYS = {"no key": None, "bad key": "bad", "read-only key": KEYS["readonly"], "no group": KEYS["nogroup"]}

# PHP does these for everybody, with or without a key (recordings, misc).
FOR_EVERYBODY = {"job.request", "badge.check"}

# Any account that may write does these with what is its own: there is nobody else's to keep safe.
OF_ONES_OWN = {
    "dataset.upload",
    "dataset.tag",
    "task.upload",
    "task.tag",
    "flow.upload",
    "flow.tag",
    "run.upload",
    "run.tag",
    "setup.tag",
    "study.create",
    "vote.up",
    "vote.up_remove",
    "vote.down",
    "vote.down_remove",
    "download.count",
    "download.remove",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request about what is not user 2's. ``path``: values of the path's segments. ``body``: the JSON body."""

    path: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    query: Mapping[str, str] = field(default_factory=dict)


FOREIGN = {
    "dataset.delete": Attempt({"dataset_id": 3}),
    "dataset.reset": Attempt({"dataset_id": 3}),
    "dataset.edit": Attempt(body={"data_id": 3, "edit_parameters": {"default_target_attribute": "x"}}),
    "dataset.fork": Attempt(body={"data_id": 12}),
    "dataset.update_status": Attempt(body={"dataset_id": 3, "status": "deactivated"}),
    "dataset.upload_features": Attempt(body={"did": 128, "evaluation_engine_id": 1}),
    "dataset.upload_qualities": Attempt(
        body={"did": 61, "evaluation_engine_id": 1, "quality": {"name": "AutoCorrelation", "value": 1}}
    ),
    "dataset.untag": Attempt(body={"data_id": 61, "tag": "petal"}),
    "dataset.delete_tag": Attempt({"dataset_id": 61}, query={"tag": "petal"}),
    "dataset.add_topic": Attempt(body={"data_id": 61, "topic": "Botany"}),
    "dataset.delete_topic": Attempt(body={"data_id": 1, "topic": "Botany"}),
    "dataset.add_ontology": Attempt(body={"data_id": 130, "index": 0, "ontology": "https://terms.test/a"}),
    "dataset.remove_ontology": Attempt(
        body={"data_id": 61, "index": 0, "ontology": "https://terms.sample.test/length"}
    ),
    "task.delete": Attempt({"task_id": 23}),
    "task.untag": Attempt(body={"task_id": 2, "tag": "study_14"}),
    "flow.delete": Attempt({"flow_id": 22}),
    "flow.force_delete": Attempt({"flow_id": 22}),
    "flow.untag": Attempt(body={"flow_id": 5, "tag": "weka"}),
    "setup.delete": Attempt({"setup_id": 90}),
    "setup.untag": Attempt(body={"setup_id": 4, "tag": "default"}),
    "setup.store_differences": Attempt(
        {"setup_a": 1, "setup_b": 4}, body={"task_id": 1, "task_size": 1, "differences": 1}
    ),
    "run.delete": Attempt({"run_id": 48}),
    "run.reset": Attempt({"run_id": 48}),
    "run.untag": Attempt(body={"run_id": 25, "tag": "study_14"}),
    "run.evaluate": Attempt(body={"run_id": 40, "evaluation_engine_id": 1}),
    "run.upload_trace": Attempt(
        body={
            "run_id": 40,
            "trace_iteration": {
                "repeat": 0, "fold": 0, "iteration": 0, "setup_string": "{}", "evaluation": 1, "selected": True
            },
        }
    ),
    "study.update_status": Attempt(body={"study_id": 101, "status": "deactivated"}),
    "study.delete": Attempt({"study_id": 101}),
    "study.attach": Attempt(body={"study_id": 101, "entity_ids": [1]}),
    "study.detach": Attempt(body={"study_id": 101, "entity_ids": [1]}),
    "file.upload": Attempt(body={}),
    "user.delete": Attempt({"user_id": 16}),
}  # fmt: skip


def _routes() -> Iterator[Route]:
    """The writing routes that the backend answers."""
    answered = {declared.name for declared in OPERATIONS}
    for route in load_routes(config_directory(None)):
        if route.writes and route.name in answered:
            yield route


ROUTES = {route.name: route for route in _routes()}
PLAUSIBLE = {"type": "d", "id": 61, "reason": "a-reason", "badge_id": 1}


def test_every_writing_route_is_attempted() -> None:
    """A new one must be told whose it may change."""
    assert {*ROUTES} <= FOREIGN.keys() | OF_ONES_OWN | FOR_EVERYBODY


async def _ask(client: httpx.AsyncClient, route: Route, attempt: Attempt, key: str | None) -> int:
    path = route.new.path
    for part in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{part}}}", str(attempt.path.get(part, PLAUSIBLE.get(part, 61))))
    query = {**attempt.query, **({} if key is None else {"api_key": key})}
    answer = await client.request(route.new.method, path, params=query, json=attempt.body)
    return answer.status_code


async def test_without_a_right_to_write_nothing_changes(writable: Writable) -> None:
    """No key, a wrong one, one that may only read: 401 and 403 before anything else is looked at."""
    before = await writable.snapshot()
    statuses = {
        (name, who): await _ask(writable.http, route, FOREIGN.get(name, Attempt()), key)
        for name, route in ROUTES.items()
        for who, key in NO_KEYS.items()
        if name not in FOR_EVERYBODY or who == "bad key"
    }
    assert await writable.snapshot() == before
    # A reset is a read to PHP, so that no key is a stranger's there.
    expected = {"no key": {401}, "bad key": {401}, "read-only key": {403}, "no group": {403}}
    wrong = {
        at: status
        for at, status in statuses.items()
        if status not in expected[at[1]] and (at[0], status) != ("run.reset", 403)
    }
    assert wrong == {}
    evidence(
        f"{len(ROUTES)} writing routes on {kind_of(writable.database)} with {', '.join(NO_KEYS)}: {len(statuses)} "
        "requests refused, no row of any table changed"
    )


async def test_what_is_somebody_else_s_does_not_change(writable: Writable) -> None:
    """User 2 may write, and is neither owner nor administrator."""
    before = await writable.snapshot()
    statuses = {
        name: await _ask(writable.http, ROUTES[name], attempt, KEYS["writer"])
        for name, attempt in FOREIGN.items()
        if name in ROUTES
    }
    assert await writable.snapshot() == before
    assert {name: status for name, status in statuses.items() if status not in (403, 404)} == {}
    evidence(
        f"{len(statuses)} writing routes on {kind_of(writable.database)} about what is somebody else's: all refused, "
        "no row of any table changed"
    )
    assert Path(writable.files / ".staging").exists() is False
