"""What tests measure through the front door, at full size."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.prove.proof import Proof

TESTS = "tests/functional/test_front_door.py"


def prove(tests: str = TESTS) -> Proof:
    """Run the tests in full size and collect the lines that they leave (tests/functional/evidence.py)."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "lines"
        env = {**os.environ, "PROVE": "1", "EVIDENCE": str(place)}
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", tests], env=env, check=False)
        lines = tuple(place.read_text(encoding="utf-8").splitlines()) if place.exists() else ()
    return Proof("The front door keeps its promises", done.returncode == 0 and bool(lines), lines)
