"""Every recorded write, rehearsed on the database on which recorded PHP then carries it out."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.functional.rehearsals import Outcome, all_of, rehearse
from tests.mariadb import running_server
from tests.prove.proof import Proof

WRITE = Path("tests/recordings/write")
APART = 3


def prove() -> Proof:
    """All steps on SQLite and MariaDB; on SQLite once more with other ids and clocks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recorded = asyncio.run(all_of(WRITE, folder))
        found: list[tuple[str, float, Outcome]] = []

        def play(title: str, url: str, lag: float = 0.0, ahead: int = 0) -> None:
            started = time.monotonic()
            place = folder / f"world-{len(found)}"
            place.mkdir()
            outcome = asyncio.run(rehearse(place, recorded, url, lag=lag, ahead=ahead))
            found.append((title, time.monotonic() - started, outcome))

        play("SQLite", f"sqlite:///{folder / 'same.db'}")
        play("SQLite, PHP a second later with ids 3 further", f"sqlite:///{folder / 'apart.db'}", 1.0, APART)
        (folder / "server").mkdir()
        with running_server(folder / "server") as url:
            play("MariaDB", url)
    lines = [
        "| database | steps | rehearsed | answered | left rows or files behind | another verdict | other ids | s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for title, seconds, outcome in found:
        counts = (
            len(outcome.steps),
            len(outcome.rehearsed),
            outcome.came.get("answered", 0),
            len(outcome.left),
            len(outcome.other),
            sum(step.has_later_id for step in outcome.rehearsed),
            round(seconds),
        )
        lines.append(f"| {title} | {' | '.join(map(str, counts))} |")
    lines.append("")
    lines.append("What is not rehearsed reads, or has no route that is known to write.")
    wrong = [line for _, _, outcome in found for line in (*outcome.left, *outcome.other)]
    lines += [f"- **{line}**" for line in wrong[:50]]
    holds = not wrong and all(outcome.came == {"answered": len(outcome.rehearsed)} for _, _, outcome in found)
    title = "A rehearsed write leaves nothing behind and gets the verdict of the real one"
    return Proof(title, holds, tuple(lines))
