"""The legacy face over what was recorded, whole or a part of it."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

from diffing.parity import FAILING
from proxy.checking.check import CheckResult, FailureLimits, InProcess, check
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import ScenariosResult, check_scenarios
from proxy.recordings.superseded import NAME

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
WRITE = ROOT / "tests" / "recordings" / "write"
PUBLIC, STORE = "https://openml.test/", "https://minio.openml.test/"


def part(source: Path, folder: Path, every: int) -> Path:
    """A part of recordings, in files of the same names: each so manieth exchange, or scenario with all its steps.

    Args:
        source: A directory of recordings.
        folder: Where to write.
        every: One of how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source.parent / NAME, folder / NAME)
    for file in sorted(source.glob("*.jsonl.gz")):
        groups: dict[str, list[bytes]] = {}
        for line in gzip.decompress(file.read_bytes()).splitlines(keepends=True):
            recorded = json.loads(line)
            groups.setdefault(recorded.get("_scenario") or recorded["_id"], []).append(line)
        kept = b"".join(line for group in list(groups.values())[::every] for line in group)
        (folder / file.name).write_bytes(gzip.compress(kept))
    return folder


async def reads(recordings: Path, database: str) -> CheckResult:
    """Ask the face for reads. ``recordings``: the exchanges. ``database``: with the sample."""
    side = InProcess(database, PUBLIC, STORE, CONFIG / "sample" / "files")
    return await check((recordings,), side, CONFIG, limits=FailureLimits(), dialect="legacy")


async def writes(recordings: Path, database: str) -> ScenariosResult:
    """Play scenarios in PHP's dialect. ``database``: for them alone."""
    place = SandboxPlace(database, CONFIG / "sample")
    return await check_scenarios(
        (recordings,),
        place,
        CONFIG,
        limits=FailureLimits(),
        public_url=PUBLIC,
        object_store_url=STORE,
        dialect="legacy",
    )


def failed(result: CheckResult | ScenariosResult) -> list[str]:
    """The exchanges that are not answered as PHP did, or as the registry says."""
    return sorted(one.recording.id for one in result.exchanges if one.comparison.verdict in FAILING)
