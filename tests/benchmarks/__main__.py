"""Benchmarks: `make bench`. Machines are noisy, so each prints ratios of medians measured interleaved in one run."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from backend.database.load import load
from tests.benchmarks import capacity, comparing, faces, growing, lists, proxying, targets

SAMPLE = Path("config/sample")
DOCUMENT = Path("build/bench.json")


def main() -> None:
    """Run all benchmarks on a fresh sample in SQLite; the table with targets is JSON, too."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    comparing.run()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/sample.db"
        asyncio.run(load(SAMPLE, database))
        asyncio.run(lists.run(database))
        asyncio.run(faces.run(database))
        capacity.run(database)
        proxying.run(database)
        targets.run(database, DOCUMENT)
    growing.run()


if __name__ == "__main__":
    main()
