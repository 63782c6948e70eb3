"""A share is done in a process of its own, and its answer says what came of it."""

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from config.location import config_directory
from config.routes import load_routes
from config.version import told
from proxy.checking.replay import request_of
from proxy.checking.shares import ShareRefused, decode_results, encode_share, shares_of
from proxy.process.replaying import ShareRunner
from proxy.recordings.recording import read_recordings
from proxy.rollout.live_config import rules_digest
from proxy.translate.to_new import legacy_to_new
from tests.mariadb import free_port

pytestmark = pytest.mark.anyio
CONFIG = config_directory()
RECORDINGS = Path(__file__).parent.parent.parent / "recordings" / "read" / "votes.jsonl.gz"
ROUTES = load_routes(CONFIG)
FOUND = [(one, legacy_to_new(request_of(one), ROUTES)) for one in read_recordings([RECORDINGS])][:5]
Serve = Callable[..., AbstractAsyncContextManager[str]]


def share(rules: str = rules_digest(CONFIG), version: str = told()) -> bytes:
    """A share of a check that goes by these rules."""
    [(found, _)] = shares_of(FOUND, range(len(FOUND)), "new", rules, version, 2)
    return encode_share(found)


async def refused(runner: ShareRunner, content: bytes, deliveries: int = 1) -> str:
    """Why a share is not done."""
    with pytest.raises(ShareRefused) as raised:
        decode_results(await runner.do(content, deliveries), FOUND, "new")
    return str(raised.value)


async def test_the_new_side_is_asked(serve: Serve) -> None:
    """And what it answers is compared."""
    async with serve(JSONResponse({"wrong": 1})) as new:
        answer = await ShareRunner("w", new, lambda: CONFIG, 5).do(share(), 1)
    found = decode_results(answer, FOUND, "new")
    assert [one.recording.id for one in found] == [recording.id for recording, _ in FOUND]
    assert {one.comparison.verdict for one in found} == {"mismatch"}
    assert all(one.new is not None and one.new.status == 200 for one in found)


async def test_who_cannot_do_it_says_why(serve: Serve, tmp_path: Path) -> None:
    """By name, in one sentence."""
    async with serve(JSONResponse([])) as new:
        runner = ShareRunner("w", new, lambda: CONFIG, 5)
        assert await refused(runner, share("other")) == (
            "worker w: its configuration is another one than that of the check"
        )
        assert await refused(runner, share(version="0.0")) == (
            f"worker w: it is of version {told()}, the check of 0.0"
        )
        assert await refused(runner, share(), 6) == "worker w: 5 workers ended while they had a share"
        hasty = ShareRunner("w", new, lambda: CONFIG, 5, longest=0.01)
        assert await refused(hasty, share()) == "worker w: a share took more than 0.01 s"
        assert await refused(runner, b"[]") == "worker w: the process with a share ended with status 1"
        wrong = tmp_path / "config"
        shutil.copytree(CONFIG / "routes", wrong / "routes")
        assert (await refused(ShareRunner("w", new, lambda: wrong, 5), share())).startswith("worker w: ")
    away = ShareRunner("w", f"http://127.0.0.1:{free_port()}", lambda: CONFIG, 5)
    assert "does not answer" in await refused(away, share())
