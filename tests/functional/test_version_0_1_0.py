"""What people have from version 0.1.0 still works: its diff log, its configuration, its names.

`tests/data/v0.1.0` holds a log that its proxy wrote while recorded requests were sent (with mismatches, failures of
PHP and skips), its configuration, and its public names.
"""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from config.reports import load_report_settings
from config.settings import load_backend_settings, load_proxy_settings
from diffing.cluster import cluster_id
from proxy.rollout.live_config import load_live_config
from tests.functional.frozen.verdicts import ROOT
from tests.functional.public_names import public_names
from tests.functional.sick import heads, side

KEPT = ROOT / "tests" / "data" / "v0.1.0"


def parity(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    command = [sys.executable, "-c", "from proxy.cli import main; main()", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)


def answered(*words: str) -> Any:
    """The JSON of a command that works."""
    done = parity(*words, "--json", "-")
    assert done.returncode == 0, done.stderr.decode()
    return orjson.loads(done.stdout)


@pytest.fixture
def log(tmp_path: Path) -> str:
    """The URL of a copy of the log."""
    file = tmp_path / "parity-log.db"
    file.write_bytes(gzip.decompress((KEPT / "diff-log.db.gz").read_bytes()))
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration, with the sample of today beside it."""
    folder = tmp_path_factory.mktemp("v0.1.0")
    with tarfile.open(KEPT / "config.tar.gz") as kept:
        kept.extractall(folder, filter="data")
    return folder / "config"


def test_its_diff_log_is_reported(log: str) -> None:
    """All numbers, and every cluster with its sample."""
    report = answered("report", "--log", log)
    assert report["requests"]["received"] == report["totals"]["received"] == 86
    totals = report["totals"]
    assert (totals["match"], totals["explained"], totals["mismatch"], totals["legacy_error"]) == (4, 56, 7, 6)
    assert sum(totals["skipped"].values()) == 13
    assert report["parity"] == 66 / 73
    assert sum(found["count"] for found in report["differences"]) == 7
    for found in report["differences"]:
        shown = answered("show", cluster_id(found["signature"]), "--log", log)
        assert shown["witness"]["legacy"]["status"] is not None


def test_its_diff_log_is_judged_and_printed(log: str) -> None:
    """Readiness, and the pages for people."""
    routes = {item["route"]: item for item in answered("readiness", "--log", log)["routes"]}
    assert sum(item["received"] for item in routes.values()) > 70
    assert b"parity 90.41%" in parity("report", "--log", log).stdout


def test_its_configuration_is_read(config: Path) -> None:
    """Settings, stages, routes, problems and every entry of the registry."""
    load_backend_settings(config, {})
    load_proxy_settings(config, {})
    load_report_settings(config)
    contract = load_live_config(config)
    assert len(contract.routes) == 117
    assert contract.routes.routes.keys() <= load_live_config(ROOT / "config").routes.routes.keys()
    assert contract.registry.deviations


def test_its_configuration_serves(config: Path, tmp_path: Path) -> None:
    """The proxy starts with it."""
    sides = (
        "--legacy",
        "http://127.0.0.1:1",
        "--new",
        "http://127.0.0.1:1",
        "--port",
        "0",
        "--admin-port",
        "0",
    )
    words = ("serve", *sides, "--config", str(config), "--log", f"sqlite:///{tmp_path / 'log.db'}")
    command = [sys.executable, "-c", "from proxy.cli import main; main()", *words]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("listening on http://")
        finally:
            process.terminate()
    assert process.returncode == 0


def failing(connection: socket.socket) -> None:
    """Answer 500 to everything."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


def test_none_of_its_names_is_gone(log: str) -> None:
    """Commands, options, settings, JSON, metrics, columns, header fields: there may be more."""
    known: dict[str, list[str]] = orjson.loads((KEPT / "public_names.json").read_bytes())
    with side(failing) as url:
        present = public_names(ROOT, log, url)
    assert {kind: sorted(set(names) - set(present[kind])) for kind, names in known.items()} == {
        kind: [] for kind in known
    }
