"""The client never notices the shadow, whatever the new side does."""

import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.functional.sick import (
    BODY,
    EXPECTED,
    REQUEST,
    Behaviour,
    babbles,
    floods,
    hangs,
    healthy,
    lies,
    resets,
    side,
    trickles,
)
from tests.prove.isolation import FAULTS, measured

Serving = Callable[..., AbstractContextManager[Any]]


def asked(url: str) -> list[bytes]:
    """What a client gets for some requests on one connection, byte for byte."""
    host, port = url.removeprefix("http://").split(":")
    answers = []
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for _ in range(10):
            connection.sendall(REQUEST)
            answer = b""
            while not answer.endswith(BODY):
                chunk = connection.recv(65536)
                assert chunk, answer
                answer += chunk
            answers.append(answer)
    return answers


def proxied_bytes(serving: Serving, log: Path, new: Behaviour) -> list[bytes]:
    """What a client gets through a proxy with a healthy legacy side, soon."""
    with side(healthy) as legacy, side(new) as other:
        arguments = ("--legacy", legacy, "--new", other, "--port", "0", "--admin-port", "0")
        with serving("proxy.cli", "serve", *arguments, "--log", f"sqlite:///{log}") as proxy:
            started = time.monotonic()
            found = asked(proxy.url)
            assert time.monotonic() - started < 5
            proxy.process.kill()
    return found


@pytest.fixture(scope="module")
def with_a_healthy_side(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """What a client gets where both sides are healthy."""
    return proxied_bytes(serving, tmp_path_factory.mktemp("healthy") / "log.db", healthy)


@pytest.mark.parametrize(
    "new", [hangs, resets, trickles, lies, floods, babbles], ids=lambda new: new.__name__
)
def test_a_sick_new_side_changes_nothing(
    serving: Serving, tmp_path: Path, new: Behaviour, with_a_healthy_side: list[bytes]
) -> None:
    """The same bytes as with a healthy one, on one keep-alive connection, and no waiting."""
    assert proxied_bytes(serving, tmp_path / "log.db", new) == with_a_healthy_side
    assert with_a_healthy_side[0].lower() == EXPECTED


def test_an_absent_new_side_changes_nothing(serving: Serving, tmp_path: Path) -> None:
    """Nobody listens there."""
    log = f"sqlite:///{tmp_path / 'log'}.db"
    with side(healthy) as legacy:
        arguments = (
            "--legacy",
            legacy,
            "--new",
            "http://127.0.0.1:1",
            "--port",
            "0",
            "--admin-port",
            "0",
            "--log",
            log,
        )
        with serving("proxy.cli", "serve", *arguments) as proxy:
            assert {answer.lower() for answer in asked(proxy.url)} == {EXPECTED}
            proxy.process.kill()


def test_a_healthy_shadow_finds_both_sides_equal() -> None:
    """What the proof of isolation measures without a fault is compared, every request of it, and nothing is shed."""
    name = "none: a healthy shadow"
    found = measured(name, FAULTS[name], pairs=2, seconds=0.3, rate=100)
    assert set(found.verdicts) <= {"match", "explained", "skipped:kill_switch"}
    assert found.verdicts["explained"] > 0
    assert found.conserved
    assert (found.errors, found.wrong) == (0, 0)
