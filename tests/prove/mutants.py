"""Seeded faults over the whole read corpus."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from backend.database.load import load
from tests.functional.mutants import damage, replayed
from tests.prove.proof import Proof

EACH = 8
SEED = 7


def prove() -> Proof:
    """Eight kinds of damage to every right answer of the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'sample.db'}"
        asyncio.run(load(Path("config/sample"), database))
        differ, exchanges = asyncio.run(replayed(database, lambda recordings: recordings))
    found = damage(differ, exchanges, SEED, EACH)
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.kinds.most_common())
    argued = ", ".join(f"{reason} {count}" for reason, count in found.argued.most_common()) or "none"
    lines = (
        f"- {len(exchanges)} recorded exchanges, {found.answers} of them right and settled by their two answers; "
        f"undamaged ones that were a mismatch: {len(found.wrong)}",
        f"- {found.total} mutants of {len(found.kinds)} kinds; not found: {len(found.survivors)}",
        f"- {found.argued.total()} mutants ({found.share_argued:.2%}) of which nothing can be said, by the entry that "
        f"says so or the reason to skip: {argued}",
        f"- kinds: {kinds}",
        *(f"- **survivor** {' · '.join(survivor)}" for survivor in found.survivors[:50]),
    )
    holds = not found.survivors and not found.wrong and found.total >= 5000 and len(found.kinds) >= 15
    return Proof("Damage to a new answer is found", holds, lines)
