"""Rows of all lists of a side."""

from pathlib import Path

import orjson
import pytest

from config.routes import load_routes
from diffing.model import Observation
from proxy.exploring.harvest import harvest

pytestmark = pytest.mark.anyio
ROUTES = load_routes(Path(__file__).parent.parent.parent.parent / "config")
DOCUMENTS = {
    "/api/v1/json/task/list/limit/200": {"tasks": {"task": [{"task_id": 7}, {"task_id": 60}]}},
    "/api/v1/json/run/list/limit/200/task/7,60": {"runs": {"run": [{"run_id": 25}]}},
    "/api/v1/json/data/tag/list": {"data_tag_list": {"tag": ["odd"]}},
}


async def test_lists_are_asked_for_their_rows() -> None:
    """Also those that want to know of which tasks; what cannot be read has none."""
    asked = []

    async def ask(target: str) -> Observation:
        asked.append(target)
        if target == "/api/v1/json/flow/list/limit/200":
            return Observation(200, (), b'{"flows": "C:\\q"}')
        found = DOCUMENTS.get(target)
        return Observation(412, (), b"") if found is None else Observation(200, (), orjson.dumps(found))

    pools = await harvest(ROUTES, ask)
    assert pools.values("task.list", "task_id") == ["60", "7"]
    assert pools.values("run.list", "run_id") == ["25"]
    assert pools.values("dataset.tags", "tag") == ["odd"]
    assert pools.values("flow.list", "id") == []
    assert len(asked) < 80
    assert not [target for target in asked if "upload" in target or "{" in target]
