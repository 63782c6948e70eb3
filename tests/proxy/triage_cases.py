"""Clusters to file: the new answer is made of the legacy one by the registry, and then damaged."""

import copy
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from diffing.cluster import cluster_id, signature
from diffing.compare import Differ
from diffing.model import Asked, Comparison, Headers, Observation
from diffing.normalise import normalise
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement, LazySample
from proxy.exchange.sample import SampleSide, sample
from proxy.log.clusters import Shown, StoredCluster
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.rollout.live_config import LiveConfig, load_live_config
from tests.proxy.exchanges import judged_exchange
from tests.proxy.logs import write_run

AT = datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None)
CONTRACT = load_live_config(Path("config"))
CORS: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"),
)
TASK_TYPE = {
    "task_type": {
        "id": "1",
        "name": "Supervised Classification",
        "description": "In supervised classification, you are given an input dataset.",
        "creator": ["Joaquin Vanschoren", "Jan van Rijn"],
        "contributor": "Bo Gao",
        "creation_date": "2013-01-24",
        "input": [{"name": "source_data"}],
    }
}


def answer(document: object, status: int = 200, media_type: str = "application/json") -> Observation:
    """An answer of one side."""
    return Observation(status, (("Content-Type", media_type), *CORS), orjson.dumps(document), 0.1)


def error(code: str, status: int = 412) -> Observation:
    """An error of the legacy side."""
    return answer({"error": {"code": code, "message": "No"}}, status)


def problem(status: int, slug: str, code: str | None, **members: object) -> Observation:
    """An error of the new side."""
    document: dict[str, object] = {
        "type": f"https://openml.org/problems/{slug}",
        "title": CONTRACT.problems[slug].title,
        "status": status,
        "detail": "No.",
    }
    document |= members if code is None else {"code": code, **members}
    return answer(document, status, "application/problem+json")


def compared(
    asked: Asked, legacy: Observation, new: Observation, in_force: LiveConfig = CONTRACT
) -> Comparison:
    """What the registry says."""
    return Differ(in_force.registry, in_force.problems).compare(asked, legacy, new)


def cluster(asked: Asked, legacy: Observation, new: Observation) -> Shown:
    """The cluster of one exchange, which is a mismatch."""
    comparison = compared(asked, legacy, new)
    assert comparison.differences
    name = signature(asked.route_name, legacy, new, comparison.differences)
    target = b"/api/v1/json/tasktype/1"
    sides = (
        SampleSide(Request(asked.method, target), legacy),
        SampleSide(Request(asked.method, b"/tasktypes/1"), new),
    )
    kept = orjson.loads(orjson.dumps(sample(asked, AT, *sides, comparison, Redactor(b"salt"))))
    stored = StoredCluster(cluster_id(name), name, asked.route_name, comparison.verdict, 3, AT, AT, 0.5)
    return Shown(stored, {"curl": "curl", "path": "$"}, kept)


def verdict(at: datetime, asked: Asked, legacy: Observation, new: Observation) -> Exchange:
    """The verdict on one exchange, which is a mismatch, as a running proxy counts it."""
    found = cluster(asked, legacy, new)
    kept = found.sample
    assert kept is not None
    judgement = Judgement(
        compared(asked, legacy, new),
        found.cluster.signature,
        example={"request": "GET /", "curl": "curl", "path": "$", "what": "type", "nearly": []},
        evidence=LazySample(1, lambda: kept),
    )
    return judged_exchange(at, asked.route_name, judgement)


def asked_for(route: str, parameters: Mapping[str, str], **facts: Any) -> Asked:
    """A request of a route."""
    return Asked(CONTRACT.routes[route], facts.pop("method", "GET"), parameters, **facts)


def damaged(
    change: Callable[[Any], object], legacy: object = TASK_TYPE
) -> tuple[Asked, Observation, Observation]:
    """An exchange whose new document was right before the change."""
    asked = asked_for("tasktype.get", {"task_type_id": "1"})
    entries = CONTRACT.registry.of_route("tasktype.get")
    rules = CONTRACT.registry.rules("tasktype.get")
    document = normalise(copy.deepcopy(legacy), asked, entries, rules=rules).document
    change(document)
    return asked, answer(legacy), answer(document)


ID_TYPE = damaged(lambda document: document["task_type"].update(id=1))
"""A difference that can be documented: the id is a number."""
ID_TYPE_CLUSTER = cluster_id(cluster(*ID_TYPE).cluster.signature)


async def undecided_log(folder: Path) -> str:
    """A log whose one cluster is that difference; gives its URL."""
    url = f"sqlite:///{folder}/log.db"
    await write_run(url, AT, verdict(AT, *ID_TYPE))
    return url


def own_config(folder: Path) -> Path:
    """A copy of the configuration, which may be written."""
    return shutil.copytree("config", folder / "config", ignore=shutil.ignore_patterns("sample", "*.py"))
