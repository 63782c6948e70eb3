"""What is watched ends at its moment, and at no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from backend.database.watchdog import Killer, Watchdog

PATIENCE = 20


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    """A watchdog of the test's own."""
    made = Watchdog()
    yield made
    made.close()


def test_what_is_not_over_is_ended_at_its_moment(watchdog: Watchdog) -> None:
    """The earliest first, in whatever order they came."""
    order: list[str] = []
    both = threading.Event()
    now = time.monotonic()

    def last() -> None:
        order.append("late")
        both.set()

    late = watchdog.watch(now + 0.2, last)
    early = watchdog.watch(now + 0.1, lambda: order.append("early"))
    assert both.wait(PATIENCE)
    assert time.monotonic() >= now + 0.2
    assert (order, early.over(), late.over()) == (["early", "late"], True, True)


def test_what_is_over_is_left_alone(watchdog: Watchdog) -> None:
    """Also when its moment comes later."""
    ended: list[str] = []
    later = threading.Event()
    watched = watchdog.watch(time.monotonic() + 0.1, lambda: ended.append("over"))
    assert not watched.over()
    watchdog.watch(time.monotonic() + 0.15, later.set)
    assert later.wait(PATIENCE)
    assert ended == []


def test_what_must_end_now_ends_although_it_is_over_then(watchdog: Watchdog) -> None:
    """A connection that was given up is not taken back."""
    ended = threading.Event()
    watched = watchdog.watch(time.monotonic() + 1000, ended.set)
    watched.now()
    assert watched.over()
    assert ended.wait(PATIENCE)


def test_the_event_loop_is_not_needed(watchdog: Watchdog) -> None:
    """It may be busy: this thread does nothing but compute until the other one has done its work."""
    ended = threading.Event()
    watchdog.watch(time.monotonic() + 0.05, ended.set)
    end = time.monotonic() + PATIENCE
    while not ended.is_set():
        assert time.monotonic() < end


def test_a_failure_ends_nothing_but_itself(watchdog: Watchdog, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the next one is ended."""
    ended = threading.Event()

    def fail() -> None:
        raise ValueError("away")

    with caplog.at_level(logging.ERROR):
        watchdog.watch(0.0, fail)
        watchdog.watch(time.monotonic(), ended.set)
        assert ended.wait(PATIENCE)
    assert "away" in caplog.text


def test_a_closed_watchdog_has_no_thread() -> None:
    """What it watched is left alone."""
    made = Watchdog()
    made.watch(time.monotonic() + 1000, lambda: None)
    made.close()
    assert [thread for thread in threading.enumerate() if thread.name == "watchdog"] == []


def test_a_killed_connection_lets_its_statement_go(mariadb_url: str) -> None:
    """Also when the killer's own connection was closed meanwhile, and when there is nothing to kill."""
    url = make_url(mariadb_url)
    engine = create_engine(url.set(drivername="mysql+pymysql"), poolclass=NullPool)
    killer = Killer(url)
    killer.open()
    for _ in range(2):
        with engine.connect() as connection:
            number = connection.scalar(text("SELECT CONNECTION_ID()"))
            began = time.monotonic()
            timer = threading.Timer(0.1, killer.kill, (number,))
            timer.start()
            with pytest.raises(DBAPIError):
                connection.execute(text("SELECT SLEEP(60)")).all()
            assert time.monotonic() - began < PATIENCE
            timer.join()
            connection.invalidate()
        with engine.connect() as connection:
            connection.exec_driver_sql(f"KILL {_own(killer)}")
    killer.kill(number)
    killer.close()
    engine.dispose()


def _own(killer: Killer) -> int:
    assert killer._connection is not None
    return int(killer._connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one())


def test_a_server_that_is_away_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """And what is watched is ended all the same, as far as that works without it."""
    killer = Killer(make_url("mysql+aiomysql://root@127.0.0.1:1/"))
    ended = threading.Event()
    watchdog = Watchdog(killer.open)
    with caplog.at_level(logging.ERROR):
        watchdog.watch(0.0, ended.set)
        assert ended.wait(PATIENCE)
    watchdog.close()
    assert "no connection to end rehearsals with" in caplog.text
    with pytest.raises(DBAPIError):
        killer.kill(1)
