"""Every long-lived task of every process comes back when it ends, and nothing in the working directory ends one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import orjson
import pytest

from tests.functional.proxies import proxied
from tests.functional.sick import side
from tests.functional.test_hostile_answers import PLAIN, answers, ask, until

Serving = Callable[..., AbstractContextManager[Any]]
ROOT = Path(__file__).parent.parent.parent
FAULTS = Path(__file__).parent / "faults"
SCRIPTS = Path(sysconfig.get_path("scripts"))
ONE = {
    *("shadow", "shadow worker", "heartbeat", "diff log", "configuration", "kill switch"),
    *("clusters", "gate", "sides"),
}
MANY = ONE | {"worker 0", "worker 1", "commands", "counts"}


@pytest.mark.parametrize(("workers", "expected"), [("1", ONE), ("2", MANY)])
def test_every_task_comes_back(
    serving: Serving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    workers: str,
    expected: set[str],
) -> None:
    """Logged once with its traceback, counted, told as failing, started again; later exchanges are compared."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FAULTS), *filter(None, sys.path)]))
    monkeypatch.setenv("TEST_FAULTS", str(tmp_path))
    (tmp_path / "started").touch()
    with (
        side(answers(lambda _: PLAIN)) as legacy,
        proxied(serving, tmp_path / "tasks", legacy, legacy, "--workers", workers) as proxy,
    ):

        def starts() -> Counter[str]:
            return Counter((tmp_path / "started").read_text().splitlines())

        def failures(name: str) -> int:
            found = re.search(
                rb'^parity_task_failures_total\{task="%s"\} (\d+)' % name.encode(),
                proxy.told("/-/metrics"),
                re.M,
            )
            return int(found[1]) if found else 0

        def compared() -> int:
            verdicts = proxy.totals()["verdicts"]
            return sum(verdicts.get(verdict, 0) for verdict in ("match", "explained", "mismatch"))

        until(lambda: set(starts()) == expected)
        for name in sorted(expected):
            before = starts()[name]
            (tmp_path / f"end {name}").touch()
            until(lambda name=name, before=before: starts()[name] > before)  # type: ignore[misc]  # a default has no type
            if not name.startswith("worker"):
                until(lambda name=name: failures(name) == 1)  # type: ignore[misc]  # a default has no type
                assert name in orjson.loads(proxy.told("/-/healthz"))["failing"]
            until(lambda: orjson.loads(proxy.told("/-/state"))["processes"] == int(workers))
            seen = compared()

            def again(seen: int = seen) -> bool:
                assert ask(proxy, "/api/v1/json/tasktype/list") == 200
                return compared() > seen

            until(again)
        totals = proxy.totals()
        assert totals["served"] == sum(totals["verdicts"].values())
        assert totals["received"] == totals["served"] + totals["refused"] + totals["client_gone"]
    logged = capfd.readouterr().err
    for name in expected:
        assert (
            len(re.findall(rf"(?m)^\S+Z ERROR config\.tasks: {name} failed: .*injected into {name}", logged))
            == 1
        )
        assert len(re.findall(rf"(?m)^RuntimeError: injected into {name}$", logged)) == 1


def test_the_working_directory_holds_none_of_our_modules(tmp_path: Path) -> None:
    """Whatever its files are called."""
    for name in ("config", "proxy", "diffing", "orjson", "socket", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken from the working directory')\n")
    log = ("--log", "sqlite:///log.db")
    with side(answers(lambda _: PLAIN)) as legacy:
        sides = ("--legacy", legacy, "--new", legacy, "--port", "0", "--admin-port", "0", "--workers", "2")
        with subprocess.Popen(
            [SCRIPTS / "parity", "serve", *sides, *log],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            for _ in range(3):
                with urlopen(f"{url}/api/v1/json/tasktype/list", timeout=20) as answer:
                    assert answer.read() == PLAIN
            process.send_signal(signal.SIGTERM)
            _, shown = process.communicate(timeout=60)
    assert "working directory" not in shown
    done = subprocess.run(
        [SCRIPTS / "parity", "report", *log, "--json", "-"], cwd=tmp_path, capture_output=True, check=True
    )
    totals = orjson.loads(done.stdout)["totals"]
    assert totals["received"] == totals["mismatch"] + totals["match"] + totals["explained"] == 3


def test_a_demo_in_which_nothing_was_compared_fails(tmp_path: Path) -> None:
    """A rollout that asks nobody in the shadow."""
    own = tmp_path / "config"
    shutil.copytree(ROOT / "config", own)
    (own / "rollout.toml").write_text('[[stage]]\nroutes = ["*"]\nstage = "legacy"\n')
    done = subprocess.run(
        [SCRIPTS / "parity", "demo", "--once", "--config", str(own)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "parity: nothing was compared")
