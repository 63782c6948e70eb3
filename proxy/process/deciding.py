"""The process that decides about a cluster, beside one that serves: ``proxy.dashboard.decisions`` starts it."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import orjson

from config import text
from config.errors import BadInput
from proxy.triage.decide import decide


def work() -> None:
    """Decide what standard input says: the main function of the process."""
    job: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    config = Path(job.pop("config"))
    try:
        told = {"done": asyncio.run(decide(config=config, **job))}
    except BadInput as error:
        told = {"error": text.line(error)}
    sys.stdout.buffer.write(text.json_bytes(told))
