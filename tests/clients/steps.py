"""Steps that a client takes, each told on a line of its own: its name, and how it failed if it did.

Runs inside the client's environment, which has nothing of this project's.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

Step = Callable[[], object]
Failure = TypeVar("Failure", bound=Exception)
STEPS: Final[list[Step]] = []


def step(function: Step) -> Step:
    """Name a function as a step; steps run in the order in which they stand."""
    STEPS.append(function)
    return function


@contextmanager
def raising(kind: type[Failure]) -> Iterator[list[Failure]]:
    """What is inside must fail so. Yields an empty list, which has the failure afterwards."""
    caught: list[Failure] = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
    assert caught, f"nothing was raised, least of all {kind.__name__}"


class Requests(logging.Handler):
    """Keeps what the HTTP libraries say that they sent: urllib3 to its log, urllib to audit hooks."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Keep method and path of a request that is to be sent."""
        if event == "urllib.Request":
            self.sent.append(f"{arguments[3]} /{str(arguments[0]).split('/', 3)[3]}")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep method and path of a request that was answered."""
        if isinstance(record.args, tuple) and len(record.args) == 8:
            self.sent.append(f"{record.args[3]} {record.args[4]}")


def run() -> None:
    """Run all steps; one that fails stops none."""
    requests = Requests()
    sys.addaudithook(requests.hear)
    logger = logging.getLogger("urllib3.connectionpool")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(requests)
    logger.propagate = False
    for function in STEPS:
        requests.sent.clear()
        started, failure = time.monotonic(), None
        try:
            function()
        except Exception:
            failure = traceback.format_exc(limit=-6)
        told = {
            "step": function.__name__,
            "what": (function.__doc__ or "").strip(),
            "seconds": round(time.monotonic() - started, 2),
            "requests": list(requests.sent),
            "failure": failure,
        }
        sys.stdout.write("\n" + json.dumps(told) + "\n")
        sys.stdout.flush()
