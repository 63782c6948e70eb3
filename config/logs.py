"""What a process logs: one line with time, level and place, then the traceback; nothing in it that a terminal obeys."""

import logging
import sys
import time
from typing import Final

from config.text import SENTENCE, block, line

_LONGEST: Final = 4 * SENTENCE


class _Formatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        head, _, trace = super().format(record).partition("\nTraceback ")
        return f"{line(head, _LONGEST)}\n{block('Traceback ' + trace)}" if trace else line(head, _LONGEST)


def log_to_stderr() -> None:
    """Log warnings and worse of all modules to standard error, unless somebody set logging up already."""
    root = logging.getLogger()
    if root.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
