"""Explorations of two backends: equal ones are told equal, and faults in rare branches are found.

Those of equal backends are shorter here than with ``PROVE=1``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from backend.database.connections import Database

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "config" / "sample"
PROVE = bool(os.environ.get("PROVE"))
SEED = 1
EQUAL, EQUAL_FACES = (1500, 1000) if PROVE else (1000, 500)
FAULTY = 8000
KEYS = """
admin = "AD000000000000000000000000000000"
user2 = "00000000000000000000000000000000"
user16 = "DA1A0000000000000000000000000000"
readonly = "5EAD0000000000000000000000000000"
"""
FAULTS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "explore_faults.toml").read_text())


@contextmanager
def backend(folder: Path, sample: str, tree: Path = ROOT) -> Iterator[str]:
    """A backend with a database and files of its own, of the project or of another tree; gives its URL."""
    source, own = Database(sample), Database(f"sqlite:///{folder / 'own.db'}")
    folder.mkdir()
    shutil.copyfile(source.files.experiments, own.files.experiments)
    shutil.copyfile(source.files.users, own.files.users)
    shutil.copytree(SAMPLE / "files", folder / "files")
    program = str(Path(__file__).parent / "explored_backend.py")
    words = (str(ROOT / "config"), f"sqlite:///{folder / 'own.db'}", str(folder / "files"))
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": f"{tree}{os.pathsep}{ROOT}"}
    command = [sys.executable, program, *words]
    with subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://"), line
            yield line.removeprefix("listening on ").strip()
        finally:
            process.terminate()
            process.wait(timeout=30)


def explored(folder: Path, legacy: str, new: str, *options: str) -> dict[str, Any]:
    """What an exploration with writes found."""
    (folder / "keys.toml").write_text(KEYS)
    words = [
        "explore",
        "--legacy",
        legacy,
        "--new",
        new,
        "--seed",
        str(SEED),
        "--rate",
        "5000",
        "--send-writes",
    ]
    command = [sys.executable, "-c", "from proxy.cli import main; main()", *words, "--keys", "keys.toml"]
    subprocess.run([*command, "--json", "found.json", *options], cwd=folder, check=False, capture_output=True)
    found: dict[str, Any] = orjson.loads((folder / "found.json").read_bytes())
    return found


def faulty(folder: Path) -> Path:
    """A copy of the backend with all faults in it."""
    shutil.copytree(ROOT / "backend", folder / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    for name, fault in FAULTS.items():
        file = folder / "backend" / fault["file"]
        source = file.read_text(encoding="utf-8")
        assert source.count(fault["old"]) == 1, f"{name}: its piece of {fault['file']} is not there once"
        file.write_text(source.replace(fault["old"], fault["new"]), encoding="utf-8")
    return folder


def test_no_two_faults_are_in_one_route() -> None:
    """So that a route that differs says which fault was found."""
    routes = [route for fault in FAULTS.values() for route in fault["routes"]]
    assert len(FAULTS) == 20
    assert len(set(routes)) == len(routes)


def test_two_equal_backends_do_not_differ(tmp_path: Path, sqlite_url: str) -> None:
    """Every operation is reached, by every role; almost a third of the requests succeed."""
    with backend(tmp_path / "a", sqlite_url) as legacy, backend(tmp_path / "b", sqlite_url) as new:
        found = explored(tmp_path, legacy, new, "--requests", str(EQUAL))
    counts = found["explored"]
    assert found["same"]
    assert found["differences"] == []
    assert found["breaches"] == []
    assert counts["unreached"] == []
    assert counts["successes"] >= 0.3 * counts["requests"], counts["status"]
    assert counts["requests"] == found["totals"]["match"] > 0.96 * EQUAL
    assert set(counts["role"]) == {"admin", "user", "readonly", "none", "bad"}
    assert {"2xx", "4xx"} <= set(counts["status"])
    assert len(counts["parameter"]) > 60
    lists = {name: item for name, item in counts["operations"].items() if name.endswith(".list")}
    assert {name for name, item in lists.items() if "2xx" not in item["status"]} == set()


def test_two_equal_backends_do_not_differ_in_phps_dialect(tmp_path: Path, sqlite_url: str) -> None:
    """Their legacy faces answer the same, byte for byte."""
    with backend(tmp_path / "a", sqlite_url) as legacy, backend(tmp_path / "b", sqlite_url) as new:
        found = explored(tmp_path, legacy, new, "--requests", str(EQUAL_FACES), "--dialect", "legacy")
    assert not found["same"]
    assert found["differences"] == []
    assert found["breaches"] == []
    assert found["totals"]["match"] > 0.95 * EQUAL_FACES


def test_faults_in_rare_branches_are_found(tmp_path: Path, sqlite_url: str) -> None:
    """All of them, and no route differs that has none."""
    tree = faulty(tmp_path / "tree")
    with backend(tmp_path / "a", sqlite_url) as legacy, backend(tmp_path / "b", sqlite_url, tree) as new:
        found = explored(tmp_path, legacy, new, "--requests", str(FAULTY))
    differing = {item["route"] for item in found["differences"]}
    print(f"seed {found['seed']}: {len(found['differences'])} clusters in {len(differing)} routes")
    missed = [name for name, fault in FAULTS.items() if differing.isdisjoint(fault["routes"])]
    assert missed == [], f"seed {found['seed']}"
    assert differing <= {route for fault in FAULTS.values() for route in fault["routes"]}
