"""The commands of ``parity`` in this process: for tests that run many of them, and of which others start a process."""

import subprocess

import pytest

from proxy.cli import main


def parity_here(capture: pytest.CaptureFixture[bytes], *words: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command as its process would. ``capture``: the fixture ``capfdbinary``."""
    capture.readouterr()
    try:
        main(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    else:
        status = 0
    told = capture.readouterr()
    return subprocess.CompletedProcess(words, status, told.out, told.err)
