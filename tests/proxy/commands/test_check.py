"""The options of ``parity check`` that go together, and its way between two live servers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import orjson
import pytest

from proxy.recordings.recording import read_recordings
from proxy.recordings.server import RecordedServer
from tests.proxy.command import Done
from tests.proxy.command import parity as run

ROOT = Path(__file__).parent.parent.parent.parent
TASKTYPES = ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz"
NOBODY = "http://127.0.0.1:1"
Serve = Callable[..., AbstractAsyncContextManager[str]]


def parity(*arguments: str) -> Done:
    """Run a check."""
    return run("check", *arguments)


BAD: dict[str, tuple[list[str], str]] = {
    "requests without a server": (
        ["--requests", "x", "--new", NOBODY],
        "--requests, --rate and --send-writes only go with --legacy URL",
    ),
    "a rate for recordings": (
        ["--recordings", str(TASKTYPES), "--new", NOBODY, "--rate", "5"],
        "only go with --legacy URL",
    ),
    "a server without requests": (
        ["--legacy", NOBODY, "--new", NOBODY],
        "--legacy URL needs --requests FILE",
    ),
    "a server and recordings": (
        ["--legacy", NOBODY, "--recordings", str(TASKTYPES), "--requests", "x", "--new", NOBODY],
        "takes no --recordings",
    ),
    "no such file": (["--legacy", NOBODY, "--requests", "nothing", "--new", NOBODY], "cannot be read"),
    "nobody there": (
        ["--legacy", NOBODY, "--requests", str(TASKTYPES), "--new", NOBODY],
        "http://127.0.0.1:1 does not answer",
    ),
    "no such dialect": (
        ["--recordings", str(TASKTYPES), "--new", NOBODY, "--dialect", "old"],
        "--dialect is new, legacy or both, not 'old'",
    ),
    "writes for live servers in both dialects": (
        [
            *("--legacy", NOBODY, "--requests", str(TASKTYPES), "--new", NOBODY, "--dialect", "both"),
            "--send-writes",
        ],
        "--send-writes sends each write once: choose --dialect new or legacy",
    ),
    "two dialects in one report": (
        [
            *("--recordings", str(TASKTYPES), "--new", NOBODY, "--dialect", "both"),
            *("--junit", "x.xml"),
        ],
        "show one dialect",
    ),
    "no keys": (
        ["--recordings", str(TASKTYPES), "--new", NOBODY, "--keys", "nothing.toml"],
        "nothing.toml: cannot be read",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_options_that_do_not_go_together_are_told(name: str) -> None:
    """One line on stderr, exit status 2."""
    arguments, problem = BAD[name]
    done = parity(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert problem in done.stderr


@pytest.mark.anyio
async def test_two_live_servers_are_checked(serve: Serve, sqlite_url: str, tmp_path: Path) -> None:
    """Exit status and outputs are those of a check of recordings."""
    junit = tmp_path / "junit.xml"
    async with serve(RecordedServer(read_recordings([TASKTYPES]))) as legacy:
        arguments = ("--legacy", legacy, "--requests", str(TASKTYPES), "--database", sqlite_url)
        done = await anyio.to_thread.run_sync(parity, *arguments, "--json", "-", "--junit", str(junit))
    totals = orjson.loads(done.stdout)["totals"]
    assert (done.returncode, totals["received"], totals["mismatch"]) == (0, 37, 0)
    assert 'name="tasktype.get"' in junit.read_text()


@pytest.mark.anyio
async def test_a_difference_between_live_servers_fails(serve: Serve, sqlite_url: str, tmp_path: Path) -> None:
    """Exit status 1; the difference names the line of the file."""
    requests = tmp_path / "requests.txt"
    requests.write_text("GET /api/v1/json/task/1\n")
    async with serve(RecordedServer(read_recordings([TASKTYPES]))) as legacy:
        arguments = ("--legacy", legacy, "--requests", str(requests), "--database", sqlite_url)
        done = await anyio.to_thread.run_sync(parity, *arguments)
    assert done.returncode == 1
    assert "requests.txt:1" in done.stdout


def test_both_dialects_have_a_document_each(sqlite_url: str) -> None:
    """The same recordings, asked twice."""
    done = parity(
        *("--recordings", str(TASKTYPES), "--database", sqlite_url, "--dialect", "both", "--json", "-")
    )
    told = orjson.loads(done.stdout)
    assert set(told) == {"new", "legacy"}
    assert told["new"]["totals"]["received"] == told["legacy"]["totals"]["received"]
    assert told["legacy"]["totals"]["mismatch"] == 0
