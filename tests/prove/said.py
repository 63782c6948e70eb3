"""What 0.1.0 said, and what is said now."""

from __future__ import annotations

import tempfile
from pathlib import Path

from proxy.reporting.markdown import cell
from tests.functional.said import SAID, Said, holds, prepared, told
from tests.prove.proof import Proof


def row(one: Said) -> str:
    """A line of the table."""
    asked = one.asked if one.asked.startswith("/") else f"parity {one.asked.partition(' --recordings')[0]}"
    asked += one.asked.partition("https://openml.test/")[2]
    before = f"“{one.before}”" if one.before else one.remark
    cells = one.point, asked.replace(" --log {log}", ""), before, f"“{one.now}”"
    return "| " + " | ".join(cell(text) for text in cells) + " |"


def prove() -> Proof:
    """Each is asked anew."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        names = prepared(folder)
        wrong = [one.point for one in SAID if not holds(one, told(one.asked, folder, names))]
    lines = (
        "The log is the one that the proxy of 0.1.0 wrote (`tests/data/v0.1.0`); the check is of one recorded answer",
        "in which a value is another one and a key is gone. That log does not know whether legacy answered from",
        "recordings; what newer ones say of that is held by tests.",
        "",
        "| about | asked | 0.1.0 said | it is said now |",
        "| --- | --- | --- | --- |",
        *map(row, SAID),
        *(f"\n- Not so: {point}" for point in wrong),
    )
    return Proof("What 0.1.0 said of one log, and what is said of it now", not wrong, lines)
