"""``parity record``, ``import`` and ``export`` as a user runs them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import orjson
import pytest

from proxy.recordings.recording import read_recordings
from proxy.recordings.server import RecordedServer
from tests.proxy.command import parity

ROOT = Path(__file__).parent.parent.parent.parent
TASKTYPES = ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz"
Serve = Callable[..., AbstractAsyncContextManager[str]]


@pytest.mark.anyio
async def test_what_is_recorded_is_told(serve: Serve, tmp_path: Path) -> None:
    """The file and the counts; exit status 0."""
    requests, out = tmp_path / "requests.txt", tmp_path / "out.jsonl"
    requests.write_text("GET /api/v1/json/tasktype/1\nDELETE /api/v1/json/data/1\n")
    async with serve(RecordedServer(read_recordings([TASKTYPES]))) as legacy:
        done = await anyio.to_thread.run_sync(
            parity, "record", "--legacy", legacy, "--requests", str(requests), "--out", str(out)
        )
    assert done.stdout == f"{out}: 1 recorded, 1 writes not sent, 0 not answered\n"
    assert (done.returncode, len(list(read_recordings([out])))) == (0, 1)


def test_a_har_goes_out_and_in(tmp_path: Path) -> None:
    """What came of it is told."""
    har, out = tmp_path / "all.har", tmp_path / "out.jsonl"
    assert parity("export", str(TASKTYPES), "--out", str(har)).stdout == f"{har}: 37 exported\n"
    assert parity("import", str(har), "--out", str(out)).stdout == f"{out}: 37 imported\n"


def test_what_is_left_out_is_listed(tmp_path: Path) -> None:
    """A line for each on stderr; beyond fifty they are counted."""
    har, out = tmp_path / "all.har", tmp_path / "out.jsonl"
    parity("export", str(TASKTYPES), "--out", str(har))
    document = orjson.loads(har.read_bytes())
    document["log"]["entries"] += [{"request": {"method": "GET", "url": "http://h:x/?api_key=secret"}}] * 52
    har.write_bytes(orjson.dumps(document))
    done = parity("import", str(har), "--out", str(out))
    assert (done.returncode, done.stdout) == (0, f"{out}: 37 imported; left out: 52 without a request\n")
    lines = done.stderr.splitlines()
    assert lines[0] == "parity: entry 38 (GET http://h:x/) is left out: without a request"
    assert (len(lines), lines[-1]) == (51, "parity: … and 2 more")


BAD: dict[str, tuple[list[str], str]] = {
    "gzip": (
        ["record", "--legacy", "http://127.0.0.1:1", "--requests", "x", "--out", "x.jsonl.gz"],
        "gzip it afterwards",
    ),
    "no HAR": (["import", "pyproject.toml", "--out", "x.jsonl"], "pyproject.toml: is no HAR"),
    "nothing to export": (["export", "nothing", "--out", "x.har"], "no such file or directory"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(name: str) -> None:
    """And exit status 2."""
    arguments, problem = BAD[name]
    done = parity(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert problem in done.stderr
