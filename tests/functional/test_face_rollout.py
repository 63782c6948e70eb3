"""Clients of the legacy dialect are moved to the second face and back, without one of them noticing.

Two instances of the backend over one database stand for the two servers.
"""

import asyncio
import http.client
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
import pytest

from backend.database.connections import Database
from config.rollout import Dialect
from proxy.reporting.report import Report, read_report
from tests.functional.proxies import Running, Serving, conserved, proxied
from tests.functional.servers import Server

ROOT = Path(__file__).parent.parent.parent
READS = (
    "/api/v1/json/task/1",
    "/api/v1/xml/task/1",
    "/api/v1/task/1",
    "/api/v1/json/task/999999",
    "/api/v1/json/task/list/limit/3",
    "/api/v1/xml/task/list/limit/3",
    "/api/v1/json/tasktype/list",
    "/api/v1/xml/estimationprocedure/list",
    "/api/v1/json/evaluationmeasure/list",
)
KEYS = ("00000000000000000000000000000000", "AD000000000000000000000000000000")
ROUNDS = 10


@contextmanager
def moved(
    serving: Serving, sqlite_url: str, folder: Path, stage: str
) -> Iterator[tuple[Running, Server, Server, Path]]:
    """A proxy at a stage, its two sides, and the database that both have."""
    source = Database(sqlite_url).files
    for file in (source.experiments, source.users):
        shutil.copyfile(file, folder / file.name)
    database = folder / source.experiments.name
    with between(serving, f"sqlite:///{database}", folder, stage) as (running, legacy, new):
        yield running, legacy, new, database


@contextmanager
def between(
    serving: Serving, database: str, folder: Path, stage: str, port: int = 0
) -> Iterator[tuple[Running, Server, Server]]:
    """A proxy at a stage between two instances of the backend over a database, the new one at a port."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    (config / "rollout.toml").write_text(f'[[stage]]\nroutes = ["*"]\ndialects = ["legacy"]\n{stage}\n')
    options = ("--database", database)
    with (
        serving("backend.cli", "serve", "--port", "0", *options) as legacy,
        serving("backend.cli", "serve", "--port", str(port), *options) as new,
        proxied(serving, folder / "proxy", legacy.url, new.url, "--config", str(config)) as running,
    ):
        yield running, legacy, new


def ask(running: Running, method: str, target: str, body: str = "") -> tuple[int, str, bytes, str]:
    """Status, media type and body of an answer, and who served it."""
    headers = {"Parity-Tell": "1"}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    with closing(http.client.HTTPConnection(*running.address, timeout=30)) as connection:
        connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        told = answer.getheader("Parity-Served") or ""
        return answer.status, answer.getheader("Content-Type") or "", answer.read(), told


def tags(database: Path, tag: str) -> int:
    """How often a tag is stored."""
    with closing(sqlite3.connect(database)) as connection:
        return [stored for (stored,) in connection.execute("SELECT tag FROM task_tag")].count(tag)


def written(running: Running, due: int) -> Report:
    """What the diff log says of the legacy face, once all verdicts about it are there."""
    end = time.monotonic() + 30
    while True:
        report = asyncio.run(read_report(f"sqlite:///{running.log}", asked=Dialect.LEGACY))
        if report.tally.totals.received == due or time.monotonic() > end:
            return report
        time.sleep(0.2)


@pytest.fixture
def tell_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients may ask who served."""
    monkeypatch.setenv("PARITY_TELL_SERVED", "true")


@pytest.mark.usefixtures("tell_served")
def test_no_client_of_a_canary_sees_who_served(serving: Serving, sqlite_url: str, tmp_path: Path) -> None:
    """Both sides' answers are the same, each has its verdict, and what one side writes the other one shows."""
    stage = 'stage = "canary"\npercentage = 30'
    served: set[str] = set()
    with moved(serving, sqlite_url, tmp_path, stage) as (running, *_):
        requests = 0
        for target in READS:
            answers = set()
            for number in range(ROUNDS):
                status, kind, body, told = ask(
                    running, "GET", f"{target}?api_key={KEYS[number % 2]}&n={number}"
                )
                answers.add((status, kind, body))
                served.add(told)
                requests += 1
            assert len(answers) == 1, target
        for number in range(ROUNDS):
            form = f"api_key={KEYS[number % 2]}&task_id=1&tag=moved{number}"
            assert ask(running, "POST", "/api/v1/json/task/tag", form)[0] == 200
            found = ask(running, "GET", "/api/v1/json/task/1")
            assert f"moved{number}".encode() in found[2]
            requests += 2
        totals = running.totals()
    assert conserved(totals, requests)
    assert {name.partition(":")[0] for name in totals["verdicts"]} <= {"match", "explained", "skipped"}
    assert served == {"legacy", "new"}


@pytest.mark.usefixtures("tell_served")
def test_reads_fall_back_when_the_new_side_is_gone(serving: Serving, sqlite_url: str, tmp_path: Path) -> None:
    """A write is 502, counted, and stored nowhere; it is sent to nobody else."""
    with moved(serving, sqlite_url, tmp_path, 'stage = "new"') as (running, _, new, database):
        assert ask(running, "GET", READS[1])[3] == "new"
        new.process.kill()
        new.process.wait()
        for target in READS:
            status, _, _, told = ask(running, "GET", target)
            assert (status < 500, told) == (True, "legacy; fallback"), target
        form = f"api_key={KEYS[0]}&task_id=1&tag=lost"
        assert ask(running, "POST", "/api/v1/json/task/tag", form)[0] == 502
        assert tags(database, "lost") == 0
        assert conserved(running.totals(), len(READS) + 2)


@pytest.mark.usefixtures("tell_served")
def test_the_old_server_can_be_switched_off(serving: Serving, sqlite_url: str, tmp_path: Path) -> None:
    """Nobody asks it any more, not even for what the API does not know."""
    unknown = {
        "/api/v1": 412,
        "/api/v1/json/nothing": 412,
        "/api/v1/json/votes/sideways/1": 450,
        "/api/v1/json/data/list/api_key/x": 412,
    }
    with moved(serving, sqlite_url, tmp_path, 'stage = "new"') as (running, legacy, *_):
        legacy.process.kill()
        legacy.process.wait()
        for target in READS:
            status, _, _, told = ask(running, "GET", target)
            assert (status < 500, told) == (True, "new"), target
        for target, status in unknown.items():
            assert ask(running, "GET", target)[::3] == (status, "new"), target
            assert ask(running, "POST", target, "a=b")[::3] == (412, "new"), target
        assert ask(running, "GET", "/some/page")[0] == 502
        assert conserved(running.totals(), len(READS) + 2 * len(unknown) + 1)


@pytest.mark.usefixtures("tell_served")
def test_the_shadow_can_ask_the_second_face(serving: Serving, sqlite_url: str, tmp_path: Path) -> None:
    """Answers of one dialect are compared as they are."""
    stage = 'stage = "shadow"\nshadow_dialect = "legacy"'
    with moved(serving, sqlite_url, tmp_path, stage) as (running, *_):
        assert {ask(running, "GET", target)[3] for target in READS} == {"legacy"}
        totals = running.totals()
    assert conserved(totals, len(READS))
    assert set(totals["verdicts"]) == {"match"}


@pytest.mark.usefixtures("tell_served")
def test_the_shadow_can_ask_both_faces(serving: Serving, sqlite_url: str, tmp_path: Path) -> None:
    """One verdict per exchange and dialect asked: in the totals, the metrics, the diff log and its report."""
    stage = 'stage = "shadow"\nshadow_dialect = "both"'
    asked = len(READS) + 1
    with moved(serving, sqlite_url, tmp_path, stage) as (running, *_):
        assert {ask(running, "GET", target)[3] for target in READS} == {"legacy"}
        running.totals()  # all compared, before something changes
        form = f"api_key={KEYS[0]}&task_id=1&tag=both"
        assert ask(running, "POST", "/api/v1/json/task/tag", form)[0] == 200
        totals = running.totals()
        metrics = running.told("/-/metrics").decode()
        report = written(running, asked)
        pages = running.told("/routes/task.get?dialect=legacy&as=json"), running.told("/?dialect=legacy")
    dialects = totals["dialects"]
    assert (totals["served"], totals["pending"], sum(totals["verdicts"].values())) == (asked, 0, 2 * asked)
    for dialect in ("new", "legacy"):
        assert (dialects[dialect]["served"], sum(dialects[dialect]["verdicts"].values())) == (asked, asked)
        assert f'parity_due_total{{asked="{dialect}"}} {asked}.0' in metrics
    assert dialects["legacy"]["verdicts"] == {"match": len(READS), "skipped:write": 1}
    # What stands for PHP here answers as its dialect says, not with PHP's deviations.
    assert dialects["new"]["verdicts"]["skipped:write"] == 1
    assert dict(report.tally.totals.verdicts) == dialects["legacy"]["verdicts"]
    assert not report.tally.clusters
    assert {name: told["verdicts"] for name, told in report.document()["dialects"].items()} == {
        "new": asked,
        "legacy": asked,
    }
    assert orjson.loads(pages[0])["matched"] == 3 + 1
    assert b'<option value="legacy" selected>' in pages[1]
