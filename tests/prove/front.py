"""The promises of the proxy at the sizes of the issue: the functional tests with ``PROVE=1``."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.prove.proof import Proof


def proved(title: str, *modules: str) -> Proof:
    """Run functional tests in full size."""
    files = [f"tests/functional/{name}.py" for name in modules]
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines"
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:xdist",
                *files,
            ],
            env={**os.environ, "PROVE": "1", "EVIDENCE": str(lines)},
            capture_output=True,
            text=True,
            check=False,
        )
        told = lines.read_text(encoding="utf-8").splitlines() if lines.exists() else []
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-200:]
    return Proof(title, done.returncode == 0, (f"- {last}", *told))


def front_door() -> Proof:
    """Fidelity, smuggling, leaks, storms."""
    return proved("What goes through the proxy is what was sent", "test_front_door")


def rollout() -> Proof:
    """Shares, replicas, reloads, the kill switch."""
    return proved("A rollout moves whom it should and loses no request", "test_rollout")


def face_canary() -> Proof:
    """A canary of clients of /api/v1 over all recorded reads, and a new side that is killed again and again."""
    title = "Clients of /api/v1 are moved without one of them noticing"
    return proved(title, "test_face_rollout", "test_face_canary")


def canary() -> Proof:
    """Secrets in every place and spelling."""
    return proved("Nothing secret is written anywhere", "test_canary")


def sick_shadow() -> Proof:
    """Sick shadows, logs and comparers."""
    return proved("A sick shadow is counted and costs bounded memory", "test_isolation", "test_sick_shadow")


def bounds() -> Proof:
    """Attacks on everything that is kept, in a row on one process."""
    return proved("Nothing grows without bound", "test_bounds")


def costs() -> Proof:
    """Expressions, parsers and requests that make careless ones look at each byte again and again."""
    return proved("No input costs more than its length", "test_linear", "test_costs")


def explore() -> Proof:
    """Explorations of equal and of faulty backends."""
    return proved("An exploration finds faults in rare branches", "test_explore")
