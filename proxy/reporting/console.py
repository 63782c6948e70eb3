"""The console that reports are printed on: numbers and names are never cut, wherever the output goes."""

import os
from typing import IO, Final

from rich.console import Console
from rich.markup import escape

from config import text

NARROWEST: Final = 100


def report_console(file: IO[str] | None = None) -> Console:
    """A console for tables.

    A terminal has the width that it has, there names are folded. A file or a pipe has none, and rich would take 80
    columns and cut what does not fit; it gets 100, or what COLUMNS says when that is more. ``file``: where to write;
    standard output by default.
    """
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        columns = os.environ.get("COLUMNS", "")
        console.width = max(NARROWEST, int(columns) if columns.isdecimal() else 0)
    return console


def markup(content: object, most: int = text.VALUE) -> str:
    """Text from outside as rich's markup: one line that is shown as it is, and nothing obeys."""
    return escape(text.line(content, most))


def markup_block(content: object) -> str:
    """Likewise text of several lines."""
    return escape(text.block(content))
