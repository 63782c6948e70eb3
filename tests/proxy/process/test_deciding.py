"""A process beside one that serves decides about a cluster."""

import asyncio
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from proxy.process.deciding import work
from tests.proxy.triage_cases import ID_TYPE_CLUSTER, undecided_log


@pytest.fixture
def log(tmp_path: Path) -> str:
    """The URL of a log with one cluster."""
    return asyncio.run(undecided_log(tmp_path))


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ("withdraw", {"done": "the cluster is open by somebody at the dashboard"}),
        ("accept", {"error": "say why the difference may stay"}),
    ],
)
def test_the_process_reads_what_to_do_and_says_what_was_done(
    log: str, monkeypatch: pytest.MonkeyPatch, decision: str, said: dict[str, str]
) -> None:
    """As JSON, in both directions."""
    job: dict[str, object] = {
        "log": log,
        "config": "config",
        "new": None,
        "name": ID_TYPE_CLUSTER,
        "decision": decision,
        "fields": {},
    }
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(orjson.dumps(job))))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    work()
    assert orjson.loads(out.getvalue()) == said
