"""An exploration as a user runs it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import orjson
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from diffing.face import VOLATILE
from tests.proxy.command import parity

Serve = Callable[..., AbstractAsyncContextManager[str]]


async def new_api(scope: Scope, receive: Receive, send: Send) -> None:
    """A server of the new API that has nothing."""
    await JSONResponse({"code": "100"}, 404, media_type="application/problem+json")(scope, receive, send)


@pytest.mark.anyio
async def test_two_equal_servers_have_parity(serve: Serve, tmp_path: Path) -> None:
    """The result is JSON, the requests are a file, the seed is told."""
    async with serve(new_api) as url:
        asked = ("explore", "--legacy", url, "--new", url, "--requests", "40", "--rate", "1000")
        told = ("--seed", "5", "--json", "found.json", "--save", "requests.txt")
        first = await anyio.to_thread.run_sync(lambda: parity(*asked, *told, folder=tmp_path))
        again = ("--seed", "5", "--json", "-", "--save", "again.txt")
        second = await anyio.to_thread.run_sync(lambda: parity(*asked, *again, folder=tmp_path))
    assert (first.returncode, first.stderr) == (0, "seed 5\n")
    assert "seed 5 · sent" in first.stdout
    found = orjson.loads((tmp_path / "found.json").read_bytes())
    assert (found["seed"], found["same"], found["totals"]["mismatch"]) == (5, True, 0)
    assert orjson.loads(second.stdout)["explored"] == found["explored"]
    assert (tmp_path / "again.txt").read_bytes() == (tmp_path / "requests.txt").read_bytes()


async def php(scope: Scope, receive: Receive, send: Send) -> None:
    """A server of PHP's dialect that has nothing."""
    error = {"error": {"code": "100", "message": "Function not valid"}}
    await JSONResponse(error, 412)(scope, receive, send)


@pytest.mark.anyio
async def test_both_dialects_have_a_document_each(serve: Serve, tmp_path: Path) -> None:
    """Of the same requests; writes are sent once, so in one of them."""
    async with serve(php) as url:
        asked = (
            "explore",
            "--legacy",
            url,
            "--new",
            url,
            "--requests",
            "30",
            "--rate",
            "1000",
            "--seed",
            "5",
        )
        told = ("--dialect", "both", "--json", "-")
        found = await anyio.to_thread.run_sync(lambda: parity(*asked, *told, folder=tmp_path))
        refused = await anyio.to_thread.run_sync(
            lambda: parity(*asked, *told, "--send-writes", folder=tmp_path)
        )
    documents = orjson.loads(found.stdout)
    assert list(documents) == ["new", "legacy"]
    face = documents["legacy"]
    picked = face["deviations"].get(VOLATILE, 0)  # by chance: equal or not
    assert face["totals"]["match"] + picked == face["explored"]["requests"] > 20
    assert (refused.returncode, "sends each write once" in refused.stderr) == (2, True)


def test_another_server_needs_a_word(tmp_path: Path) -> None:
    """Before anything is sent to either side."""
    found = parity("explore", "--legacy", "http://127.0.0.1:1", "--new", "http://8.8.8.8", folder=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert "--i-operate-this-server" in found.stderr
