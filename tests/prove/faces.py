"""The legacy face over everything that was recorded, on both databases, and damage to its answers."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from backend.database.load import load
from diffing.face import CHOICE, ORDER, VOLATILE, WHITE_SPACE
from proxy.checking.check import CheckResult
from proxy.checking.scenarios import ScenariosResult
from tests import mariadb
from tests.functional.face_mutants import damage, pairs
from tests.functional.faces import READ, WRITE, failed, reads, writes
from tests.prove.proof import Proof

SEED = 7
EACH = 8


def parity() -> Proof:
    """All reads and all scenarios, on SQLite and MariaDB."""
    lines = [
        "| what | database | asked | equal bytes | equal but for order | choice | white space only | volatile | "
        "repaired, or a rule | skipped | not as PHP |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    holds = True
    with tempfile.TemporaryDirectory() as folder, mariadb.running_server(Path(folder) / "server") as server:
        urls = {"SQLite": f"sqlite:///{folder}/sample.db", "MariaDB": server}
        for database, url in urls.items():
            os.environ["OPENML_DATABASE_NAMES_OPENML"] = "openml"
            os.environ["OPENML_DATABASE_NAMES_OPENML_EXPDB"] = "openml_expdb"
            asyncio.run(load(Path("config/sample"), url))
            read = asyncio.run(reads(READ, url))
            os.environ["OPENML_DATABASE_NAMES_OPENML"] = "played_openml"
            os.environ["OPENML_DATABASE_NAMES_OPENML_EXPDB"] = "played_openml_expdb"
            played = asyncio.run(writes(WRITE, url.replace("sample.db", "played.db")))
            lines += [_row("reads", database, read), _row("steps of scenarios", database, played)]
            holds = holds and not failed(read) and not failed(played) and not played.effects.different
    lines += [
        "",
        "Of no step other rows or files changed than of PHP's." if holds else "**Something differs.**",
    ]
    return Proof("The legacy face answers as PHP did", holds, tuple(lines))


def _row(what: str, database: str, result: CheckResult | ScenariosResult) -> str:
    counts = dict.fromkeys(("match", ORDER, CHOICE, WHITE_SPACE, VOLATILE, "other", "skipped"), 0)
    for exchange in result.exchanges:
        taken, verdict = exchange.comparison.deviations, exchange.comparison.verdict
        if verdict == "match" or verdict.startswith("skipped"):
            counts[verdict.partition(":")[0]] += 1
            continue
        why = next((name for name in (CHOICE, ORDER, VOLATILE, WHITE_SPACE) if name in taken), "other")
        counts[why] += 1
    told = (*counts.values(), len(failed(result)))
    return f"| {what} | {database} | {len(result.exchanges)} | {' | '.join(map(str, told))} |"


def mutants() -> Proof:
    """Eight kinds of damage to every right answer."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/sample.db"
        asyncio.run(load(Path("config/sample"), database))
        found = damage(asyncio.run(pairs(database, lambda recordings: recordings)), SEED, EACH)
    lines = [
        f"- {found.answers} recorded reads that the face answers as PHP did; {found.kinds.total()} mutants of "
        f"{len(found.kinds)} kinds; not found: {len(found.survivors)}",
        '- allowed by what "equal" excepts: '
        + (", ".join(f"{reason} {count}" for reason, count in found.argued.most_common()) or "none"),
        "",
        "| damage | mutants |",
        "| --- | ---: |",
        *(f"| {kind} | {count} |" for kind, count in found.kinds.most_common()),
        *(f"- **survivor** {' · '.join(survivor)}" for survivor in found.survivors[:50]),
    ]
    holds = not found.survivors and found.kinds.total() >= 30_000
    return Proof("Damage to an answer of the legacy face is found", holds, tuple(lines))
