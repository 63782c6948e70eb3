"""A fleet on a bad day: whatever ends or restarts, each capture that the queue acknowledged is counted once."""

import asyncio
import http.client
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from proxy.log.writer import open_log
from tests.functional.fleets import fleet, told
from tests.functional.proxies import Running
from tests.functional.sick import side
from tests.functional.test_hostile_answers import PLAIN, answers, ask, until
from tests.proxy.collector import collector
from tests.redis_server import RedisServer

Serving = Callable[..., AbstractContextManager[Any]]
PATH = "/api/v1/json/tasktype/list"
CANARY = "CANARY0123456789canary0123456789"


@pytest.fixture
def sides() -> Iterator[tuple[str, str]]:
    """A legacy side that repeats the secrets it is sent, and a new side that answers otherwise."""

    def repeat(path: bytes) -> bytes:
        return PLAIN.replace(b'"x"', b'"you sent %s"' % path)

    with side(answers(repeat)) as legacy, side(answers(lambda path: b'["%s"]' % path)) as new:
        yield legacy, new


@pytest.fixture
def mariadb_log(mariadb_server: str) -> str:
    """An empty database for a diff log."""

    async def create() -> None:
        server = open_log(mariadb_server)
        async with server.begin() as connection:
            await connection.execute(text("DROP DATABASE IF EXISTS parity_fleet"))
            await connection.execute(text("CREATE DATABASE parity_fleet"))
        await server.dispose()

    asyncio.run(create())
    return f"{mariadb_server.rstrip('/')}/parity_fleet"


def keyed(number: int) -> str:
    """A request with a secret."""
    return f"{PATH}?api_key={CANARY}{number % 7}&session_hash={CANARY}s"


def send(proxies: list[Running], requests: int) -> None:
    """Send requests to the proxies in turn; each is answered."""
    for number in range(requests):
        assert ask(proxies[number % len(proxies)], keyed(number)) == 200


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "without a key"])
def test_each_acknowledged_capture_is_counted_once(
    serving: Serving,
    tmp_path: Path,
    redis: RedisServer,
    sides: tuple[str, str],
    mariadb_log: str,
    sealed: bool,
) -> None:
    """A worker is killed, Redis is or restarts; totals conserve, and no secret is in any file of Redis."""
    with fleet(serving, tmp_path, redis, mariadb_log, sides, sealed=sealed) as found:
        proxies = [found.proxy(), found.proxy()]
        victim = found.worker("victim")
        found.worker("survivor")
        sending = threading.Thread(target=send, args=(proxies, 400))
        sending.start()
        until(lambda: told(victim, "/-/totals")["captures"]["taken"] > 20)
        victim.process.send_signal(signal.SIGKILL)
        redis.kill() if sealed else redis.stop()
        redis.start()
        sending.join()
        totals = found.totals()
        for proxy in proxies:
            with pytest.raises(ProcessLookupError):
                proxy.process("proxy.process.comparing")
        assert [one["served"] for one in totals] == [200, 200]
        assert [sum(one["verdicts"].values()) for one in totals] == [200, 200]
        queued = found.handed_over()
        assert 20 < queued <= 400
        found.settled(queued)
        until(lambda: found.verdicts().get("queued") == 0)
        names, verdicts = found.names(), found.verdicts()
        assert len(names) == len(set(names)) == queued
        assert verdicts["mismatch"] == queued
        assert sum(verdicts.values()) == 400
        fleet_told = found.report().fleet
        assert (fleet_told.queued, fleet_told.judged, fleet_told.waiting) == (queued, queued, 0)
        assert sum(one.exchanges for one in fleet_told.lost) == verdicts.get("shed", 0)
        kept = redis.written()
        assert kept.count(b"XADD") >= 1
        assert re.search(rb"(?i)canary", kept) is None


def test_a_full_queue_refuses_what_is_new(
    serving: Serving, tmp_path: Path, redis: RedisServer, sides: tuple[str, str]
) -> None:
    """What it has acknowledged stays, the rest is shed, and the report says how much and where."""
    log = f"sqlite:///{tmp_path / 'log.db'}"
    with fleet(serving, tmp_path, redis, log, sides, PARITY_QUEUE_CAPTURES="10") as found:
        proxy = found.proxy()
        send([proxy], 30)
        assert proxy.totals()["verdicts"] == {"queued": 10, "shed": 20}
        found.worker("late")
        found.settled(10)
        until(lambda: found.verdicts() == {"queued": 0, "shed": 20, "mismatch": 10})
        [lost] = found.report().fleet.lost
        assert (lost.why, lost.exchanges) == ("queue full", 20)
        assert lost.place.startswith("proxy ")


def test_clients_are_served_while_the_queue_is_away(
    serving: Serving, tmp_path: Path, redis: RedisServer, sides: tuple[str, str]
) -> None:
    """What is served then is shed, and what comes afterwards is queued."""
    log = f"sqlite:///{tmp_path / 'log.db'}"
    with fleet(serving, tmp_path, redis, log, sides) as found:
        proxy = found.proxy()
        worker = found.worker("patient")
        send([proxy], 1)
        found.settled(1)
        redis.stop()
        sent = 1

        def shed() -> bool:
            nonlocal sent
            send([proxy], 1)
            sent += 1
            return bool(proxy.totals(patience=0)["verdicts"].get("shed"))

        until(shed)
        until(lambda: told(worker, "/-/totals")["away"].keys() == {"queue"})
        redis.start()
        # What was on its way when the queue went is sent again: until then it is pending.
        before = proxy.totals()["verdicts"]["queued"]
        send([proxy], 5)
        totals = proxy.totals()["verdicts"]
        assert totals == {"queued": before + 5, "shed": sent - before}
        found.settled(before + 5)
        until(lambda: told(worker, "/-/totals")["away"] == {})


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_done(
    serving: Serving,
    tmp_path: Path,
    redis: RedisServer,
    sides: tuple[str, str],
) -> None:
    """Another one takes it over at once."""
    log = f"sqlite:///{tmp_path / 'log.db'}"
    with fleet(serving, tmp_path, redis, log, sides, PARITY_QUEUE_CLAIM_SECONDS="60") as found:
        proxy = found.proxy()
        leaving = found.worker("leaving")
        send([proxy], 40)
        assert leaving.stop() == 0
        found.worker("staying")
        found.settled(40)
        assert len(set(found.names())) == 40


def test_a_trace_goes_through_the_queue(
    serving: Serving, tmp_path: Path, redis: RedisServer, sides: tuple[str, str]
) -> None:
    """What a worker asks and compares are spans below the served one, exported by the worker."""
    log, trace = f"sqlite:///{tmp_path / 'log.db'}", "4bf92f3577b34da6a3ce929d0e0e4736"
    with (
        collector() as (endpoint, spans),
        fleet(serving, tmp_path, redis, log, sides, PARITY_TRACING_ENDPOINT=endpoint) as found,
    ):
        proxy = found.proxy()
        worker = found.worker("tracing")
        with closing(http.client.HTTPConnection(*proxy.address, timeout=10)) as connection:
            connection.request("GET", PATH, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
            assert connection.getresponse().status == 200
        found.settled(1)
        assert worker.stop() == 0
        # It has exported all of its own; the proxy does so every few seconds.
        until(lambda: any(span.name.startswith("served ") for span in spans))
    served = next(span for span in spans if span.name.startswith("served "))
    below = [span for span in spans if span is not served]
    assert {span.name.partition(" ")[0] for span in below} == {"asked", "compared"}
    assert {span.parent_span_id for span in below} == {served.span_id}
    assert {span.trace_id.hex() for span in spans} == {trace}
