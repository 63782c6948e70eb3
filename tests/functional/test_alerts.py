"""Alerts fire when they should: by promtool over made-up series, and by a real Prometheus that scrapes a real proxy."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]  # stubs only for these files are not worth a package

from tests.functional.fleets import fleet
from tests.functional.proxies import Running, proxied
from tests.functional.public_names import metrics
from tests.functional.sides import LEGACY, NEW, naming
from tests.functional.test_deployment import ask, free_port, program
from tests.redis_server import RedisServer

ROOT: Final = Path(__file__).parent.parent.parent
DEPLOY: Final = ROOT / "config" / "deploy"
ALERTS: Final = DEPLOY / "alerts.yml"
OF_A_FLEET: Final = {"ParityFleetFailure", "ParityQueueAway"}
"""No proxy that compares by itself can cause these; a worker does below."""
Serving = Callable[..., AbstractContextManager[Any]]


def rules() -> list[dict[str, Any]]:
    """Alerts, without what is only recorded."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def expressions() -> list[str]:
    """Of all panels of the dashboard."""
    board = json.loads((DEPLOY / "grafana" / "dashboards" / "parity.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def test_promtool_accepts_the_files() -> None:
    """Those that Prometheus reads in compose.yaml."""
    promtool = program("promtool")
    for kind, file in (("rules", ALERTS), ("config", DEPLOY / "prometheus.yml")):
        done = subprocess.run(
            [promtool, "check", kind, str(file)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_each_alert_fires_and_none_while_all_is_well() -> None:
    """By series that promtool makes up; each alert stands in both parts."""
    file = Path(__file__).parent / "alerts.yml"
    done = subprocess.run(
        [program("promtool"), "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *bad, well = yaml.safe_load(file.read_text())["tests"]
    names = sorted(rule["alert"] for rule in rules())
    fired = [case["alertname"] for test in bad for case in test["alert_rule_test"] if case["exp_alerts"]]
    assert sorted(set(fired)) == names
    assert sorted(case["alertname"] for case in well["alert_rule_test"]) == names


def test_alerts_and_dashboard_name_metrics_that_exist() -> None:
    """A misspelt one would never fire, and show nothing."""
    known = {f"{name}{suffix}" for name in metrics() for suffix in ("", "_total", "_bucket")}
    used = {
        name
        for text in (*expressions(), *(rule["expr"] for rule in rules()))
        for name in re.findall(r"\bparity_\w+", text)
    }
    assert used <= known
    assert len(used) > 10


@contextmanager
def prometheus(folder: Path, admin: int) -> Iterator[str]:
    """Debian's, with the files of this tree: the addresses of this test, a second for each minute. Gives its URL."""
    port = free_port()
    config = (
        (DEPLOY / "prometheus.yml")
        .read_text()
        .replace('"proxy1:8081", "proxy2:8081"', f'"127.0.0.1:{admin}"')
    )
    (folder / "prometheus.yml").write_text(config.replace(": 15s", ": 1s"))
    text = re.sub(r"for: \d+m", "for: 0s", ALERTS.read_text())
    text = text.replace("parity_lag_seconds) > 60", "parity_lag_seconds) > 1")
    (folder / "alerts.yml").write_text(text)
    command = [program("prometheus"), f"--config.file={folder / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"]
    with (
        (folder / "prometheus.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as server,
    ):
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def found(url: str, expression: str) -> list[dict[str, str]]:
    """The labels of what a query gives."""
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"{url}/api/v1/query?{query}", timeout=30) as answer:
        told = json.loads(answer.read())
    assert told["status"] == "success"
    return [one["metric"] for one in told["data"]["result"]]


def until_fired(url: str, *names: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Wait for alerts, in the present or before. ``meanwhile``: what clients do."""
    end = time.monotonic() + 90
    missing = set(names)
    while missing:
        assert time.monotonic() < end, f"not fired: {sorted(missing)}"
        time.sleep(0.1)
        meanwhile()
        with suppress(OSError):
            missing -= {
                one["alertname"] for one in found(url, 'max_over_time(ALERTS{alertstate="firing"}[10m])')
            }


def until_answered(url: str, *queries: str) -> None:
    """Wait until each has a value: a rate needs two samples."""
    end = time.monotonic() + 30
    while silent := [query for query in queries if not found(url, query)]:
        assert time.monotonic() < end, f"no value: {silent}"
        time.sleep(0.3)


def kill(proxy: Running, module: str) -> None:
    """End a process of the proxy at once."""
    os.kill(proxy.process(module), signal.SIGKILL)


def test_each_alert_fires_for_a_real_proxy(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a difference to a proxy that is gone; each query of the dashboard is answered, too."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__", "sample"))
    rollout = config / "rollout.toml"
    stage = '\n[[stage]]\nroutes = ["dataset.feature_quality_names"]\ndialects = ["new"]\nstage = "new_verified"\n'
    rollout.write_text(rollout.read_text() + stage)
    few = {"SHADOW_QUEUE": "2", "SHADOW_WORKERS": "1", "SHADOW_BREAKER_FAILURES": "3", "TIMEOUTS_SHADOW": "4"}
    for name, value in few.items():
        monkeypatch.setenv(f"PARITY_{name}", value)
    legacy, new = naming("Distinct", "Entropy")[0], naming("Distinct")[1]
    with (
        legacy.serving(),
        new.serving(),
        proxied(serving, tmp_path / "proxy", legacy.url, new.url, "--config", str(config)) as proxy,
        prometheus(tmp_path, proxy.admin) as url,
    ):
        port = proxy.address[1]
        assert (ask(port, LEGACY), ask(port, NEW)) == (200, 200)
        until_fired(url, "ParityUndocumentedDifference", "ParityUndocumentedDifferenceServed")

        new.status = 500
        assert (ask(port, LEGACY), ask(port, NEW)) == (200, 200)
        until_fired(url, "ParityNewError", "ParityFallback")
        new.status = 200

        kill(proxy, "proxy.process.asking")
        until_fired(url, "ParityTaskFailures")

        rollout.write_text("[[stage]]\nstage = 7\n")
        until_fired(url, "ParityConfigurationRefused")

        with sqlite3.connect(proxy.log) as held:
            held.execute("BEGIN EXCLUSIVE")
            ask(port, LEGACY)
            until_fired(url, "ParityLogAway")
            held.rollback()

        new.hangs.set()
        until_fired(url, "ParityShed", "ParityLag", "ParityBreakerOpen", meanwhile=lambda: ask(port, LEGACY))
        new.hangs.clear()

        legacy.gone.set()
        assert {ask(port, LEGACY) for _ in range(15)} == {502}
        until_fired(url, "ParityServedSideAway")
        until_answered(url, *expressions())

        proxy.kill_file.touch()
        until_fired(url, "ParityKillSwitch")

        kill(proxy, "proxy.cli")
        until_fired(url, "ParityAway")
        fired = {one["alertname"] for one in found(url, 'max_over_time(ALERTS{alertstate="firing"}[10m])')}
    assert fired == {rule["alert"] for rule in rules()} - OF_A_FLEET


def test_alerts_of_a_fleet_fire_for_a_real_worker(
    serving: Serving, tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is workers who find differences, leave a side alone, and go by a configuration."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__", "sample"))
    monkeypatch.setenv("PARITY_SHADOW_BREAKER_FAILURES", "3")
    legacy, new = naming("Distinct", "Entropy")[0], naming("Distinct")[1]
    with (
        legacy.serving(),
        new.serving(),
        fleet(serving, tmp_path, redis, f"sqlite:///{tmp_path / 'log.db'}", (legacy.url, new.url)) as found_,
    ):
        found_.options = ("--config", str(config))
        port = found_.proxy().address[1]
        worker = found_.worker("one")
        with prometheus(tmp_path, int(worker.url.rpartition(":")[2])) as url:
            assert ask(port, LEGACY) == 200
            until_fired(url, "ParityFleetFailure")
            until_answered(url, "parity_asked_seconds_count", "parity_compared_seconds_count")

            new.gone.set()
            until_fired(url, "ParityBreakerOpen", meanwhile=lambda: ask(port, LEGACY))

            (config / "rollout.toml").write_text("[[stage]]\nstage = 7\n")
            until_fired(url, "ParityConfigurationRefused")

            redis.stop()
            until_fired(url, "ParityQueueAway")
