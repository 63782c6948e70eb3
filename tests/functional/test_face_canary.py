"""A canary of 30 % of all routes for clients of the legacy dialect: without a fault, and while the new side dies.

Two instances of the backend over one MariaDB stand for the two servers. The new one keeps its port, so that it can be
killed and started again.
"""

import asyncio
import http.client
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.database.connections import SchemaNames
from backend.database.load import load as load_sample
from config.routes import load_routes
from proxy.exchange.decision import bucket
from proxy.log.writer import open_log
from proxy.message.translation import Request, Translation
from proxy.recordings.recording import RecordedRequest, read_recordings
from proxy.translate.to_new import legacy_to_new
from tests.functional.evidence import evidence
from tests.functional.proxies import Running, Serving, conserved
from tests.functional.servers import Server
from tests.functional.test_face_rollout import READS, ROOT, ask, between

FULL = bool(os.environ.get("PROVE"))
SHARE = 30
STAGE = f'stage = "canary"\npercentage = {SHARE}'
EVERY = 1 if FULL else 50
"""Of the recorded reads, every so many is asked."""
KILLS = 25 if FULL else 2
IN_FLIGHT = 20 if FULL else 5
KEYS = (
    *("00000000000000000000000000000000", "AD000000000000000000000000000000", "normaluser"),
    *(
        "DA1A0000000000000000000000000000",
        "64000000000000000000000000000000",
        "12700000000000000000000000000000",
    ),
    *(
        "12800000000000000000000000000000",
        "30000000000000000000000000000000",
        "40200000000000000000000000000000",
    ),
)
TAGGED = {"data": ("data_id", 61), "task": ("task_id", 1), "flow": ("flow_id", 1), "run": ("run_id", 27)}
TASKS = (1, 2, 60)
STUDY = (
    '<oml:study xmlns:oml="http://openml.org/openml"><oml:main_entity_type>task</oml:main_entity_type>'
    "<oml:name>{name}</oml:name><oml:description>Sent once.</oml:description><oml:tasks>{tasks}</oml:tasks></oml:study>"
)
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})

NAMES = SchemaNames("canary_openml", "canary_openml_expdb")


@pytest.fixture(scope="module", name="loaded")
def _loaded(sample: Path, mariadb_server: str) -> str:
    """The sample in databases of its own."""
    asyncio.run(load_sample(sample, mariadb_server, names=NAMES))
    return mariadb_server


@pytest.fixture
def database(loaded: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its URL; processes that are started go to it, and clients may ask who served."""
    monkeypatch.setenv("PARITY_TELL_SERVED", "true")
    monkeypatch.setenv("OPENML_DATABASE_NAMES_OPENML", NAMES.openml)
    monkeypatch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", NAMES.openml_expdb)
    return loaded


def side_of(route: str, key: str) -> str:
    """Who serves a caller on a route while both sides are well."""
    return "new" if bucket(route, b"key " + key.casefold().encode()) < SHARE else "legacy"


def recorded() -> list[RecordedRequest]:
    """Recorded reads of PHP's dialect."""
    routes = load_routes(ROOT / "config")
    found = []
    for recording in read_recordings([ROOT / "tests" / "recordings" / "read"]):
        sent = recording.request
        meant = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
        reads = isinstance(meant, Translation) and meant.route is not None and not meant.writes
        # The client here sends no path that is not ASCII, and the proxy takes no field with an underscore.
        plain = sent.target.isascii() and not any("_" in name for name, _ in sent.headers)
        if sent.method == "GET" and reads and plain:
            found.append(sent)
    return found[::EVERY]


def answer(address: tuple[str, int], sent: RecordedRequest) -> tuple[int, bytes]:
    """What somebody answers to a recorded request."""
    headers = {name: value for name, value in sent.headers if name.lower() not in _FRAMING}
    with closing(http.client.HTTPConnection(*address, timeout=60)) as connection:
        connection.request("GET", sent.target.decode("latin-1"), headers=headers)
        found = connection.getresponse()
        return found.status, found.read()


def test_no_recorded_read_fails_without_a_fault(serving: Serving, database: str, tmp_path: Path) -> None:
    """Through the canary each has the status that the legacy side gives."""
    requests = recorded()
    with between(serving, database, tmp_path, STAGE) as (running, legacy, _):
        direct = address_of(legacy)

        def both(sent: RecordedRequest) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
            return answer(running.address, sent), answer(direct, sent)

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(both, requests))
        totals = running.totals(300)
        metrics = running.told("/-/metrics").decode()
    failed = [sent.target for sent, (one, other) in zip(requests, found, strict=True) if one[0] != other[0]]
    assert failed == []
    assert totals["received"] == totals["served"] == len(requests)
    served = {
        side: int(told_number(metrics, f'parity_served_seconds_count{{served="{side}"}}'))
        for side in ("legacy", "new")
    }
    assert sum(served.values()) == len(requests)
    assert served["new"]
    verdicts = totals["dialects"]["legacy"]["verdicts"]
    assert not {"mismatch", "new_error", "timeout", "both_error"} & verdicts.keys(), verdicts
    equal = sum(one == other for one, other in found)
    evidence(
        f"without a fault: {len(requests)} recorded reads, {served['new']} served by the new side: 0 client errors, "
        f"{equal} byte-equal to legacy's own answer; verdicts {told(verdicts)}"
    )


def test_a_session_sees_what_it_wrote(serving: Serving, database: str, tmp_path: Path) -> None:
    """Whichever side takes its write, and whichever its read."""
    pairs: Counter[tuple[str, str]] = Counter()
    with between(serving, database, tmp_path, STAGE) as (running, *_):
        for key in KEYS:
            for entity, (name, number) in TAGGED.items():
                tag = f"seen{key[:5]}".lower()
                body = f"api_key={key}&{name}={number}&tag={tag}"
                target = f"/api/v1/xml/{entity}/{number}?api_key={key}"
                for action, there in (("tag", True), ("untag", False)):
                    status, _, said, wrote = ask(running, "POST", f"/api/v1/xml/{entity}/{action}", body)
                    assert status == 200, said
                    status, _, said, read = ask(running, "GET", target)
                    assert (status, tag.encode() in said) == (200, there), (entity, key, wrote, read)
                    pairs[wrote, read] += 1
        assert conserved(running.totals(), 2 * pairs.total())
    assert pairs["legacy", "new"], pairs
    assert pairs["new", "legacy"], pairs
    evidence(
        f"sessions: {pairs.total()} writes read back; written on legacy and read on new {pairs['legacy', 'new']}, "
        f"the other way round {pairs['new', 'legacy']}, on one side {pairs['legacy', 'legacy'] + pairs['new', 'new']}: "
        "each seen"
    )


@dataclass(slots=True)
class Sent:
    """What clients sent, and were told. ``reads``: statuses of reads. ``writes``: name of each study to its caller's
    side, the status, and who answered.
    """

    reads: list[int] = field(default_factory=list)
    writes: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    def read(self, running: Running, target: str, key: str) -> None:
        """Read something."""
        self.reads.append(ask(running, "GET", f"{target}?api_key={key}")[0])

    def write(self, running: Running, name: str, key: str) -> None:
        """Create a study of three tasks."""
        status, said = create(running, name, key)
        self.writes[name] = side_of("study.create", key), status, said


def create(running: Running, name: str, key: str) -> tuple[int, str]:
    """Create a study; gives the status and who answered."""
    tasks = "".join(f"<oml:task_id>{task}</oml:task_id>" for task in TASKS)
    fields = {"api_key": key, "description": STUDY.format(name=name, tasks=tasks)}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{field}"'
        + ('; filename="description.xml"\r\nContent-Type: text/xml' if field == "description" else "")
        + f"\r\n\r\n{value}\r\n"
        for field, value in fields.items()
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Parity-Tell": "1"}
    with closing(http.client.HTTPConnection(*running.address, timeout=60)) as connection:
        connection.request("POST", "/api/v1/xml/study", "".join(parts) + "--b--\r\n", headers)
        found = connection.getresponse()
        found.read()
        return found.status, found.getheader("Parity-Served") or ""


async def stored(database: str) -> dict[str, list[int]]:
    """For each study that was sent, how many tasks are stored of each copy of it."""
    query = (
        "SELECT name, COUNT(task_id) FROM {0}.study LEFT JOIN {0}.task_study ON study_id = id "
        "WHERE description = 'Sent once.' GROUP BY id, name"
    )
    found: dict[str, list[int]] = {}
    engine = open_log(database)
    async with engine.connect() as connection:
        for name, tasks in await connection.execute(text(query.format(NAMES.openml_expdb))):
            found.setdefault(name, []).append(tasks)
    await engine.dispose()
    return found


@contextmanager
def dying(serving: Serving, database: str, folder: Path) -> Iterator[tuple[Running, list[str]]]:
    """A canary whose new side is not there, and how to start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with between(serving, database, folder, STAGE, port) as (running, _, new):
        new.process.kill()
        new.process.wait()
        yield running, ["serve", "--port", str(port), "--database", database]


def test_a_write_in_flight_is_a_502_and_stored_nowhere(
    serving: Serving, database: str, tmp_path: Path
) -> None:
    """The new side has it, and dies before it looks at it; reads in flight are answered by legacy."""
    key = next(key for key in KEYS if side_of("study.create", key) == "new")
    reader = next(key for key in KEYS if side_of("task.get", key) == "new")
    sent = Sent()
    with dying(serving, database, tmp_path) as (running, options):
        with serving("backend.cli", *options) as new:
            assert create(running, "before", key) == (200, "new")
            new.process.send_signal(signal.SIGSTOP)
            with ThreadPoolExecutor(2 * IN_FLIGHT) as pool:
                for number in range(IN_FLIGHT):
                    pool.submit(sent.write, running, f"inflight{number}", key)
                    pool.submit(sent.read, running, "/api/v1/xml/task/1", reader)
                time.sleep(1)
                assert not sent.writes
                new.process.kill()
        found = asyncio.run(stored(database))
        totals = running.totals()
        metrics = running.told("/-/metrics").decode()
    assert sorted(sent.reads) == [200] * IN_FLIGHT
    assert [status for _, status, _ in sent.writes.values()] == [502] * IN_FLIGHT
    assert not found.keys() & sent.writes.keys()
    assert found["before"] == [len(TASKS)]
    assert conserved(totals, 1 + 2 * IN_FLIGHT)
    assert told_number(metrics, 'parity_answers_total{status="502"}') == IN_FLIGHT
    assert told_number(metrics, 'parity_side_errors_total{side="new"}') == IN_FLIGHT
    assert told_number(metrics, 'parity_fallbacks_total{route="task.get"}') == IN_FLIGHT
    evidence(
        f"new side killed with {IN_FLIGHT} writes and {IN_FLIGHT} reads in flight: every write 502, counted, stored "
        "nowhere; every read answered by legacy"
    )


def test_the_new_side_may_die_at_any_moment(serving: Serving, database: str, tmp_path: Path) -> None:
    """Every read succeeds; a write is stored whole or not at all, once at most, and by its caller's side only."""
    chance, sent = random.Random(14), Sent()
    with dying(serving, database, tmp_path) as (running, options):
        for kill in range(KILLS):
            with serving("backend.cli", *options) as new, ThreadPoolExecutor(6) as pool:
                over = threading.Event()
                workers = [
                    pool.submit(load, running, sent, f"k{kill}w{worker}n", over, chance.random())
                    for worker in range(6)
                ]
                time.sleep(0.5 + chance.random())
                new.process.kill()
                time.sleep(0.5)
                over.set()
                for worker in workers:
                    worker.result()
        found = asyncio.run(stored(database))
        totals = running.totals(300)
        metrics = running.told("/-/metrics").decode()
    broken = {name for name, (_, status, _) in sent.writes.items() if status == 502}
    assert {status for _, status, _ in sent.writes.values()} <= {200, 502}
    assert set(sent.reads) == {200}
    for name, (side, status, said) in sent.writes.items():
        copies = found.get(name, [])
        assert copies in ([[len(TASKS)]] if status == 200 else ([], [len(TASKS)])), (name, status, copies)
        assert (said if status == 200 else "new") == side, name
    assert broken
    assert conserved(totals, len(sent.reads) + len(sent.writes))
    assert told_number(metrics, 'parity_answers_total{status="502"}') == len(broken)
    by = Counter(side for side, status, _ in sent.writes.values() if status == 200)
    evidence(
        f"new side killed {KILLS} times under load: {len(sent.reads)} reads, 0 failed "
        f"({int(fallbacks(metrics))} answered by legacy instead); {len(sent.writes)} writes, {by['legacy']} by legacy, "
        f"{by['new']} by new, {len(broken)} answered 502 and counted, of which {len(broken & found.keys())} had been "
        "stored whole; 0 sent twice, 0 half stored"
    )


def load(running: Running, sent: Sent, name: str, over: threading.Event, seed: float) -> None:
    """Read and write until it is over."""
    chance = random.Random(seed)
    written = 0
    good: Sequence[str] = [target for target in READS if "999999" not in target]
    while not over.is_set():
        if chance.random() < 0.3:
            sent.write(running, f"{name}{written}", chance.choice(KEYS))
            written += 1
        else:
            sent.read(running, chance.choice(good), chance.choice(KEYS))


def told_number(metrics: str, name: str) -> float:
    """A number of the metrics."""
    found = [line.rpartition(" ")[2] for line in metrics.splitlines() if line.startswith(name)]
    return float(found[0]) if found else 0.0


def fallbacks(metrics: str) -> float:
    """Requests that legacy served because the new side failed."""
    lines = [line for line in metrics.splitlines() if line.startswith("parity_fallbacks_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def told(verdicts: Mapping[str, int]) -> str:
    """Verdicts in words."""
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "none"


def address_of(server: Server) -> tuple[str, int]:
    """Where a server is."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    return host, int(port)
