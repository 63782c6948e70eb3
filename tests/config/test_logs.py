"""What is logged has time, level and place on one line, and nothing that a terminal or a CI system obeys."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROGRAM = r"""
import logging
from config.logs import log_to_stderr
log_to_stderr()
log_to_stderr()
try:
    raise ValueError("a\x1b[2J\n::error::b")
except ValueError:
    logging.getLogger("x.y").exception("it \x1b[31m failed\n::error::c")
logging.getLogger("x.y").info("nobody asked")
"""


def test_a_line_has_time_level_and_place() -> None:
    """Then the traceback."""
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    ).stderr.splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(time + r" ERROR x\.y: it \\x1b\[31m failed\\n:\\:error:\\:c", shown[0])
    assert shown[1] == "Traceback (most recent call last):"
    assert shown[-2:] == [r"ValueError: a\x1b[2J", r":\:error:\:b"]
