"""What all commands share: where their output goes, how times are given, and the bar while one waits."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress

from config.text import line
from proxy.checking.check import CheckError
from proxy.reporting.tables import json_bytes


def say(content: object, *, error: bool = False) -> None:
    """One line for people, on stdout or stderr."""
    typer.echo(line(content), err=error)


def wrote(content: str | bytes, to: str | None) -> bool:
    """Write where an option says; whether that was stdout, which then holds nothing else. ``to``: a file, ``-`` for
    stdout, None for nowhere. Raises CheckError: the file cannot be written.
    """
    if to is None:
        return False
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    if to == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return True
    try:
        Path(to).write_bytes(data)
    except OSError as error:
        raise CheckError(f"{to} cannot be written: {error.strerror}") from error
    return False


def wrote_json(document: Mapping[str, Any], to: str | None) -> bool:
    """Write a document as JSON, as ``wrote`` does."""
    return to is not None and wrote(json_bytes(document), to)


def time_of(text: str | None, option: str) -> datetime | None:
    """A time as people write it, in UTC without a zone as the diff log has it; None for None. ``text``: ISO 8601, with
    or without a zone. ``option``: where it was given, for the error. Raises CheckError: it is no time.
    """
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise CheckError(f"{option} wants a time like 2026-11-22T00:30:00, not {text!r}") from error
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def waiting() -> Progress:
    """A progress bar on stderr, nothing where that is no terminal."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
