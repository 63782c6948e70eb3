"""The process that brings a log up to date, beside one that serves: ``proxy.process.cluster_states`` starts it."""

import asyncio
import sys
from pathlib import Path

import orjson

from config.errors import BadInput
from config.text import line
from proxy.triage.recheck import bring_up_to_date


def work() -> None:
    """Compare all clusters again where the rules have changed: the main function of the process.

    Log and configuration come by standard input, where nobody sees the password.
    """
    log, config = orjson.loads(sys.stdin.buffer.read())
    try:
        asyncio.run(bring_up_to_date(log, Path(config)))
    except BadInput as error:
        sys.exit(f"parity: {line(error)}")
