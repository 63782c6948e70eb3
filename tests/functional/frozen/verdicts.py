"""The verdict on each recorded exchange and step, as it is now and as it was frozen.

Frozen are what the new side has to answer (digest of the normalised legacy document, or the error that the registry
demands) and what came of comparing: so that a change of the registry or of the comparison shows what it moves.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

from config.problems import load_problems
from diffing.cluster import cluster_id, signature
from diffing.compare import Differ, canonical_form
from diffing.decode import Form, decode
from diffing.deviations import load_registry
from diffing.parity import FAILING
from proxy.checking.check import FailureLimits, InProcess, check
from proxy.checking.replay import ReplayedExchange
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import ScenariosResult, check_scenarios

ROOT: Final = Path(__file__).parents[3]
CONFIG: Final = ROOT / "config"
RECORDINGS: Final = ROOT / "tests" / "recordings"
FILES: Final = {kind: Path(__file__).parent / f"{kind}.tsv.gz" for kind in ("read", "write")}
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one exchange, as text.

    Args:
        verdict: As it is stored and shown.
        document: Digest of the normalised legacy document; empty where it is not what the new side must answer.
        demand: Status, type and code that the registry demands instead.
        effect: Of a step: `equal`, `different`, or the entry that explains it.
        differs: Of a failure: its cluster.
        by: The ids that explained it, sorted, with blanks between.
    """

    verdict: str
    document: str = ""
    demand: str = ""
    effect: str = ""
    differs: str = ""
    by: str = ""


Verdicts = Mapping[str, Verdict]


def verdicts(
    exchanges: Iterable[ReplayedExchange], effects: Mapping[str, str] | None = None
) -> dict[str, Verdict]:
    """The verdicts on exchanges. ``exchanges``: replayed with the registry of the project. ``effects``: of the steps
    of scenarios, by the id of their recording.
    """
    differ = Differ(load_registry(CONFIG), load_problems(CONFIG))
    return {one.recording.id: _verdict(one, differ, effects or {}) for one in exchanges}


def _verdict(exchange: ReplayedExchange, differ: Differ, effects: Mapping[str, str]) -> Verdict:
    compared, legacy = exchange.comparison, exchange.recording.response
    demand, differs = compared.demand, ""
    if compared.verdict in FAILING and exchange.new is not None:
        differs = cluster_id(signature(exchange.route, legacy, exchange.new, compared.differences))[:_DIGITS]
    return Verdict(
        compared.verdict,
        _document(exchange, differ),
        " ".join(part for part in map(str, astuple(demand)) if part != "None") if demand else "",
        effects.get(exchange.recording.id, ""),
        differs,
        " ".join(sorted(set(compared.deviations))),
    )


def _document(exchange: ReplayedExchange, differ: Differ) -> str:
    legacy, asked = exchange.recording.response, exchange.asked
    if asked is None or exchange.comparison.demand is not None or (legacy.status or 0) >= 400:
        return ""
    old = decode(legacy)
    if old.form in (Form.ERROR, Form.BROKEN, Form.TWO_DOCUMENTS):
        return ""
    wanted = canonical_form(differ.normalised(asked, old).document)
    return hashlib.sha256(wanted).hexdigest()[:_DIGITS]


def of_reads(database: str) -> dict[str, Verdict]:
    """The present verdicts on the recorded reads. ``database``: URL of the loaded sample."""
    side = InProcess(
        database, "https://openml.test/", "https://minio.openml.test/", CONFIG / "sample" / "files"
    )
    result = asyncio.run(check((RECORDINGS / "read",), side, CONFIG, limits=FailureLimits()))
    return verdicts(result.exchanges)


def of_writes(database: str) -> dict[str, Verdict]:
    """The present verdicts on the recorded steps. ``database``: URL of a database that may be lost."""
    place = SandboxPlace(database, CONFIG / "sample")
    return of_scenarios(
        asyncio.run(check_scenarios((RECORDINGS / "write",), place, CONFIG, limits=FailureLimits()))
    )


def of_scenarios(result: ScenariosResult) -> dict[str, Verdict]:
    """The verdicts on the steps of a check."""
    return verdicts(result.exchanges, result.effects.judged)


def written(found: Verdicts) -> bytes:
    """Verdicts as the bytes of a file: a line each, sorted by id."""
    lines = ["\t".join((name, *astuple(verdict))) for name, verdict in sorted(found.items())]
    return gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0)


def frozen(kind: str) -> dict[str, Verdict]:
    """The frozen verdicts on what was recorded of a kind, `read` or `write`."""
    lines = gzip.decompress(FILES[kind].read_bytes()).decode().splitlines()
    return {name: Verdict(*parts) for name, *parts in (line.split("\t") for line in lines)}
