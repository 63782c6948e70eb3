"""`compare` says what moved since the verdicts were frozen, `write` freezes them anew."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from backend.database.load import load
from tests.functional.frozen.moves import (
    load_listed,
    load_renamed,
    moves,
    stale,
    told,
    unlisted,
)
from tests.functional.frozen.verdicts import (
    CONFIG,
    FILES,
    Verdict,
    frozen,
    of_reads,
    of_writes,
    written,
)


def main() -> int:
    """Write or compare; 0 when nothing moved, or with `--moved` nothing that is not listed."""
    options = _options()
    several = options.only is None
    status = 0
    for kind in ("read", "write") if several else (options.only,):
        present = _present(kind)
        if options.command == "write":
            FILES[kind].write_bytes(written(present))
            print(f"{kind}: {len(present)} verdicts frozen")
        else:
            status |= _compared(kind, present, options)
    return status


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.functional.frozen", description=__doc__)
    parser.add_argument("command", choices=("write", "compare"))
    parser.add_argument("--only", choices=("read", "write"), help="only the reads, or only the scenarios")
    parser.add_argument(
        "--moved", action="store_true", help="print only what moved/*.toml does not list, or lists wrongly"
    )
    parser.add_argument(
        "--renamed", type=Path, help="TOML file with a table 'renamed' of new ids and lists of old ones"
    )
    parser.add_argument("--all-ids", action="store_true", help="print the ids of all exchanges that moved")
    return parser.parse_args()


def _present(kind: str) -> dict[str, Verdict]:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/sample.db"
        if kind == "write":
            return of_writes(database)
        asyncio.run(load(CONFIG / "sample", database))
        return of_reads(database)


def _compared(kind: str, present: dict[str, Verdict], options: argparse.Namespace) -> int:
    before = frozen(kind)
    found = moves(before, present, load_renamed(options.renamed))
    shown, wrong = found, list[str]()
    if options.moved:
        listed = load_listed(kind=kind)
        shown, wrong = unlisted(found, listed), stale(found, before, listed)
    left = f", {len(shown)} of them unlisted" if options.moved else ""
    print(
        f"{kind}: {len(before)} frozen, {len(present.keys() - before)} recorded since, {len(found)} moved{left}"
    )
    for line in [*told(shown, sys.maxsize if options.all_ids else 5), *wrong]:
        print(f"  {line}")
    return 1 if shown or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
