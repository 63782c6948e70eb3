"""The registry and its rules in numbers: how many, what they explain, what moved, and that each can fail."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator

from backend.database.load import load
from config.problems import load_problems
from config.routes import load_routes
from diffing.derivable import superfluous
from diffing.deviations import load_registry
from diffing.rules.book import RULES
from tests.functional.frozen.moves import load_listed, load_renamed, moves, unlisted
from tests.functional.frozen.verdicts import CONFIG, Verdicts, frozen, of_reads, of_writes
from tests.functional.test_comutants import ALL, is_found
from tests.functional.test_entries_can_fail import BACKED, RECORDED, SCENARIOS
from tests.prove.front import proved
from tests.prove.proof import Proof

FOUND = "test_entries_can_fail"


def prove() -> Proof:
    """Every line of the table is counted here and now."""
    title = "The registry is short, and none of it cannot fail"
    ran = proved(title, FOUND, "test_unrecorded", "test_comutants", "test_documenting")
    registry = load_registry(CONFIG)
    rules = {rule.id for rule in RULES}
    lines = sum(len(file.read_text().splitlines()) for file in (CONFIG / "deviations").glob("*.toml"))
    idle = superfluous(registry, load_routes(CONFIG), load_problems(CONFIG))
    present = _present()
    hits = Counter(name for found in present.values() for one in found.values() for name in one.by.split())
    by_rules = sum(count for name, count in hits.items() if name in rules)
    survivors = [mutant for mutant in ALL if not is_found(mutant)]
    listed = {kind: list(_moved(kind, found)) for kind, found in present.items()}
    left = sum(count for _, count, known in (row for rows in listed.values() for row in rows) if not known)
    table = (
        "",
        "| what | number |",
        "| --- | ---: |",
        f"| entries of the registry | {len(registry.deviations)} |",
        f"| lines of config/deviations | {lines} |",
        f"| rules | {len(RULES)} |",
        f"| recorded exchanges and steps | {sum(map(len, present.values()))} |",
        f"| times that a rule explained one | {by_rules} |",
        f"| times that an entry did | {hits.total() - by_rules} |",
        f"| entries that a rule could derive, expressions that stand twice | {len(list(idle))} |",
        f"| co-mutants of backend and schema or table of errors; not found | {len(ALL)}; {len(survivors)} |",
        f"| entries and rules damaged on recordings (status, value, premise, removal) | {len(RECORDED)} |",
        f"| damaged on scenarios that the real backend answers | {len(SCENARIOS)} |",
        f"| held by a test of their own | {len(BACKED)} |",
        f"| entries and rules that cannot fail | {0 if ran.holds else 'see above'} |",
        f"| verdicts that moved since 0.1.0 without a listed reason | {left} |",
        "",
        "| moved | why |",
        "| ---: | --- |",
        *(f"| {count} {kind}s | {why} |" for kind, rows in listed.items() for why, count, _ in rows),
    )
    holds = ran.holds and not survivors and not left
    return Proof(ran.title, holds, (*ran.lines, *table))


def _present() -> dict[str, Verdicts]:
    with tempfile.TemporaryDirectory() as folder:
        reads, writes = (f"sqlite:///{folder}/{name}.db" for name in ("reads", "writes"))
        asyncio.run(load(CONFIG / "sample", reads))
        return {"read": of_reads(reads), "write": of_writes(writes)}


def _moved(kind: str, present: Verdicts) -> Iterator[tuple[str, int, bool]]:
    """Why verdicts moved, how many did, and whether that is listed; an exchange may have moved for several reasons."""
    found = moves(frozen(kind), present, load_renamed())
    listed = load_listed(kind=kind)
    for reason in dict.fromkeys(group.reason for group in listed):
        groups = [group for group in listed if group.reason == reason]
        count = sum(
            any(group.allows(name, move) for group in groups for move in moved)
            for name, moved in found.items()
        )
        if count:
            yield reason, count, True
    left = unlisted(found, listed)
    if left:
        yield "No reason is listed.", len(left), False
