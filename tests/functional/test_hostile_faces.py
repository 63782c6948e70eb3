"""What one odd answer in PHP's dialect must not do, and one odd text that a client stored for others to read."""

import http.client
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from backend.database.collations import collations
from backend.database.connections import Database
from tests.functional.commands import parity_here
from tests.functional.proxies import proxied
from tests.functional.servers import Server
from tests.functional.sick import Behaviour, heads, side
from tests.functional.test_hostile_answers import HOSTILE, ask, logged, parity, until

ROOT = Path(__file__).parent.parent.parent
Serving = Callable[..., AbstractContextManager[Any]]
STAGE = '[[stage]]\nroutes = ["*"]\ndialects = ["legacy"]\nstage = "shadow"\nshadow_dialect = "legacy"\n'
PLAIN = {"json": b'{"data":{"dataset":[{"did":1}]}}', "xml": b"<a><b>1</b></a>"}
ENTITIES = b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(4))
ODD: Mapping[str, Mapping[str, bytes]] = {
    "xml": {
        "150 deep": b"<a>" * 150 + b"&#155;" + b"</a>" * 150,
        "400 deep": b"<a>" * 400 + b"</a>" * 400,
        "100,000 deep": b"<a>" * 100_000,
        "many children": b"<a>" + b"<b/>" * 50_000 + b"</a>",
        "too many elements": b"<a>" + b"<b/>" * 1_100_000 + b"</a>",
        "many attributes": b"<a %s/>" % b" ".join(b'b%d="1"' % n for n in range(10_000)),
        "entities": b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>" + ENTITIES + b"]><a b='&e;'>&e;</a>",
        "a file": b"<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><a>&a;</a>",
        "long name": b"<%s/>" % (b"a" * 100_000),
        "commands": b"<a>\n::error::x @team `|</a>",
    },
    "json": {
        **HOSTILE,
        "400 deep, objects": b'{"a":' * 400 + b"1" + b"}" * 400,
        "900 deep": b"[" * 900 + b"]" * 900,
        "100,000 deep": b"[" * 100_000,
        "integer of 5,000 digits": b'{"a":%s}' % (b"9" * 5000),
        "a text without an end": b'{"a":"' + b'\\"' * 500_000,
        "50,000 rows": b'{"data":{"dataset":[%s]}}' % b",".join(b'{"did":%d}' % n for n in range(50_000)),
    },
}
KINDS = {"json": b"application/json; charset=utf-8", "xml": b"text/xml; charset=utf-8"}
DEEP = "<a>" * 2000 + "</a>" * 2000
VALUES = {"[INPUT:target_feature]": 700, "[INPUT:cost_matrix]": 3000, "x": 60_000}


def answering(form: str, odd: bool) -> Behaviour:
    """A side that answers in one form, with the odd document of a number where it is the odd side."""
    names = list(ODD[form])

    def behave(connection: socket.socket) -> None:
        for head in heads(connection):
            number = re.search(rb"n=(\d+)", head)
            body = ODD[form][names[int(number[1])]] if number and odd else PLAIN[form]
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                % (KINDS[form], len(body), body)
            )

    return behave


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("odd", ["legacy", "new"])
def test_no_answer_of_one_dialect_breaks_the_comparison(
    serving: Serving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    odd: str,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Each has a verdict in the log that is a difference or a fault of PHP, and can be shown; nothing is replaced."""
    # A comparison takes a second of processor time at most; a busy machine gives it that in many.
    monkeypatch.setenv("PARITY_SHADOW_COMPARE_SECONDS", "120")
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    (config / "rollout.toml").write_text(STAGE)
    with (
        side(answering(form, odd == "legacy")) as old,
        side(answering(form, odd == "new")) as new,
        proxied(serving, tmp_path / "proxy", old, new, "--config", str(config)) as proxy,
    ):
        for number in range(len(ODD[form])):
            assert ask(proxy, f"/api/v1/{form}/data/list/limit/10?n={number}") == 200
        assert ask(proxy, f"/api/v1/{form}/data/list/limit/10") == 200
        totals = proxy.totals(patience=300)  # of the comparer, which runs at a lower priority
        assert totals["served"] == totals["received"] == len(ODD[form]) + 1
        assert set(totals["verdicts"]) <= {"match", "explained", "mismatch", "legacy_error:undocumented"}
        assert sum(totals["verdicts"].values()) == len(ODD[form]) + 1
        assert totals["verdicts"]["mismatch"] + totals["verdicts"].get("legacy_error:undocumented", 0) == len(
            ODD[form]
        )
        until(lambda: logged(proxy.log) == totals["verdicts"])
        metrics = proxy.told("/-/metrics").decode()
        assert re.search(r"^parity_comparers_total 0", metrics, re.M)
        assert not re.search(r"^parity_task_failures_total\{.*\} [1-9]", metrics, re.M)
        log = f"sqlite:///{proxy.log}"
        shown = [parity("report", "--log", log)]
        shown.append(parity_here(capfdbinary, "report", "--log", log, "--markdown", "-"))
        rows = orjson.loads(proxy.told("/clusters?as=json"))["rows"]
        for row in rows:
            assert b"<html" in proxy.told(f"/clusters/{row['cluster']}")
        shown.append(parity_here(capfdbinary, "show", rows[0]["cluster"], "--log", log))
        shown.append(parity_here(capfdbinary, "show", rows[-1]["cluster"], "--log", log, "--markdown", "-"))
        for one in shown:
            assert one.returncode == 0, one.stderr
            assert len(one.stdout) < 600_000
            assert b"Comparing failed" not in one.stdout
            assert not re.search(rb"[\x00\x1b\x07]|\xc2\x9b|^\s*::error|root:x:", one.stdout, re.M)


@pytest.fixture(scope="module")
def backend(serving: Serving, sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A backend whose clients have stored odd texts."""
    source, folder = Database(sqlite_url).files, tmp_path_factory.mktemp("stored")
    for file in (source.experiments, source.users):
        shutil.copyfile(file, folder / file.name)
    with closing(sqlite3.connect(folder / source.experiments.name)) as connection, connection:
        for name, compare in collations().items():
            connection.create_collation(name, compare)
        connection.execute("UPDATE dataset_description SET description = ? WHERE did = 1", (DEEP,))
        inputs = zip(("evaluation_measures", "target_feature", "cost_matrix"), VALUES.items(), strict=True)
        for name, (text, times) in inputs:
            connection.execute(
                "INSERT OR REPLACE INTO task_inputs (task_id, input, value) VALUES (1, ?, ?)",
                (name, text * times),
            )
        connection.execute(
            "INSERT OR REPLACE INTO task_inputs (task_id, input, value) VALUES (2, 'cost_matrix', ?)",
            (f'","x":{"[" * 5000}',),
        )
    options = ("serve", "--port", "0", "--database", f"sqlite:///{folder / source.experiments.name}")
    with serving("backend.cli", *options) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/json/data/1", 200),
        ("/api/v1/xml/data/1", 200),
        ("/api/v1/json/task/1", 200),
        ("/api/v1/xml/task/1", 200),
        ("/api/v1/json/task/list/limit/5", 200),
        ("/api/v1/xml/task/list/limit/5", 200),
        ("/tasks/1", 200),
        (f"/api/v1/json/data/list/limit/{'9' * 5000}", 412),
        (f"/api/v1/json/data/list/limit/1,{'9' * 5000}", 412),
        (f"/api/v1/json/run/list/uploader/1/limit/1/offset/{'9' * 5000}", 412),
        (f"/api/v1/json/task/list/limit/{'0' * 5000}3", 200),
    ],
    ids=lambda value: str(value)[:40],
)
def test_no_stored_text_is_a_failure(backend: Server, path: str, status: int) -> None:
    """Nor is a number of thousands of digits; each is answered soon, and with no more than a few megabytes."""
    with closing(http.client.HTTPConnection(backend.url.removeprefix("http://"), timeout=30)) as connection:
        started = time.monotonic()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    assert answer.status == status, body[:300]
    assert time.monotonic() - started < 5
    assert len(body) < 20_000_000
