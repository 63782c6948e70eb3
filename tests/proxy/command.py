"""Run a command of ``parity`` as its console script does, in this process: loading all modules anew takes a second."""

import gc
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

from proxy.cli import main

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command.

    Args:
        returncode: Its exit status.
        stdout: What it wrote.
        stderr: What it said.
    """

    returncode: int
    stdout: str
    stderr: str


def parity(*arguments: str, folder: Path = ROOT) -> Done:
    """Run a command to its end. ``arguments``: its words. ``folder``: the working directory."""
    with (
        TextIOWrapper(BytesIO(), "utf-8", write_through=True) as out,
        TextIOWrapper(BytesIO(), "utf-8", write_through=True) as err,
    ):
        with chdir(folder), redirect_stdout(out), redirect_stderr(err):
            try:
                main(arguments)
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
            finally:
                gc.unfreeze()  # what a program keeps for good, the tests' process does not
        return Done(status, *(_text(stream) for stream in (out, err)))


def _text(stream: TextIOWrapper) -> str:
    assert isinstance(stream.buffer, BytesIO)
    return stream.buffer.getvalue().decode()
