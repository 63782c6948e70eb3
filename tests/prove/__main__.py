"""Proofs in full size: `make prove`. Each writes one section of docs/evidence.md; the others stay as they are.

A proof is a module of this package with ``prove() -> Proof``; the list below is the one place where it is named.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.prove import (
    clients,
    dashboard,
    faces,
    fleet,
    front,
    isolation,
    mutants,
    rehearsals,
    rules,
    said,
    steady,
    walks,
    writes,
)
from tests.prove.proof import Proof

EVIDENCE: Final = Path("docs/evidence.md")
PROOFS: Final[Mapping[str, Callable[[], Proof]]] = {
    "rules": rules.prove,
    "mutants": mutants.prove,
    "face": faces.parity,
    "face-mutants": faces.mutants,
    "walks": walks.prove,
    "dashboard": dashboard.prove,
    "said": said.prove,
    "front-door": front.front_door,
    "bounds": front.bounds,
    "costs": front.costs,
    "explore": front.explore,
    "canary": front.canary,
    "rollout": front.rollout,
    "face-canary": front.face_canary,
    "sick-shadow": front.sick_shadow,
    "isolation": isolation.prove,
    "steady": steady.prove,
    "fleet": fleet.prove,
    "rehearsals": rehearsals.prove,
    "rehearsal-ends": writes.rehearsal_ends,
    "fetching": writes.fetching,
    "killed": writes.killed,
    "busy": writes.busy,
    "rights": writes.rights,
    "clients": clients.prove,
}
HEAD: Final = """# Evidence

What was measured in full size, when, on what, and how to measure it again. Written by `make prove`.
"""


def section(name: str, proof: Proof, seconds: float, now: datetime) -> str:
    """A section of the page."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"## {proof.title}",
        "",
        f"{'Holds' if proof.holds else '**Does not hold.**'} {now:%Y-%m-%d}, {machine}, {seconds:.0f} s: "
        f"`python -m tests.prove {name}`",
        "",
        *proof.lines,
    ]
    return "\n".join(lines).rstrip() + "\n"


def with_section(page: str, text: str) -> str:
    """The page with a section replaced, or added at its end."""
    title = text.partition("\n")[0]
    parts = re.split(r"(?m)^(?=## )", page)
    kept = [text if part.partition("\n")[0] == title else part.rstrip() + "\n" for part in parts]
    if text not in kept:
        kept.append(text)
    return "\n".join(part for part in kept if part.strip())


def main() -> int:
    """Run the proofs that are named, or all; 1 when one does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*PROOFS, []], help="which; all without")
    names = parser.parse_args().names or list(PROOFS)
    failed = 0
    for name in names:
        started = time.monotonic()
        proof = PROOFS[name]()
        text = section(name, proof, time.monotonic() - started, datetime.now(UTC))
        page = EVIDENCE.read_text(encoding="utf-8") if EVIDENCE.exists() else HEAD
        EVIDENCE.write_text(with_section(page, text), encoding="utf-8")
        sys.stdout.write(text + "\n")
        failed += not proof.holds
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
