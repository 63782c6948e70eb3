"""A worker that is killed: what it counted stays, what it owed is shed, and no total goes backwards."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.functional.proxies import Running, proxied
from tests.functional.sick import hangs, side
from tests.functional.test_hostile_answers import PLAIN, answers, ask, until

Serving = Callable[..., AbstractContextManager[Any]]
NAMES = ("received", "served", "refused", "client_gone")


def totals(proxy: Running) -> dict[str, Any]:
    """The totals at this moment."""
    found: dict[str, Any] = orjson.loads(proxy.told("/-/totals"))
    return found


def test_totals_never_go_backwards(serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither told nor in the log; served = verdicts + pending, and pending becomes shed."""
    monkeypatch.setenv("PARITY_TIMEOUTS_SHADOW", "60")
    monkeypatch.setenv("PARITY_SHADOW_BREAKER_FAILURES", "0")
    with (
        side(answers(lambda _: PLAIN)) as legacy,
        side(hangs) as new,
        proxied(serving, tmp_path / "killed", legacy, new, "--workers", "2") as proxy,
    ):
        for _ in range(40):
            assert ask(proxy, "/api/v1/json/tasktype/list") == 200
        until(lambda: totals(proxy)["pending"] == 40)
        seen: list[dict[str, Any]] = [totals(proxy)]
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                seen.append(totals(proxy))

        watching = threading.Thread(target=watch)
        watching.start()
        os.kill(proxy.process("proxy.process.workers"), signal.SIGKILL)
        until(lambda: orjson.loads(proxy.told("/-/state"))["processes"] == 1)
        until(lambda: orjson.loads(proxy.told("/-/state"))["processes"] == 2)
        assert ask(proxy, "/api/v1/json/tasktype/list") == 200
        until(lambda: totals(proxy)["served"] == 41)
        over.set()
        watching.join()
        for before, after in pairwise(seen):
            assert all(before[name] <= after[name] for name in NAMES), (before, after)
            assert sum(before["verdicts"].values()) <= sum(after["verdicts"].values())
            assert after["served"] == sum(after["verdicts"].values()) + after["pending"]
        last = totals(proxy)
        shed = last["verdicts"]["shed"]
        assert 0 < shed <= 40
        assert (last["received"], last["served"], last["pending"]) == (41, 41, 41 - shed)

        def logged() -> bool:
            with closing(sqlite3.connect(proxy.log, timeout=30)) as log:
                [runs] = log.execute("SELECT SUM(received), SUM(served), SUM(pending) FROM run").fetchall()
                [verdicts] = log.execute(
                    "SELECT SUM(exchanges) FROM traffic WHERE verdict = 'shed'"
                ).fetchall()
            return bool(runs == (41, 41, 41 - shed) and verdicts == (shed,))

        until(logged)
