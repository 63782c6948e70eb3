"""Who is moved: shares, stickiness, replicas; and reloads under load lose no request."""

import http.client
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from config.rollout import load_rollout
from config.routes import RouteMap, load_routes
from proxy.exchange.decision import Side, bucket, decide
from proxy.message.translation import Request
from proxy.rollout.caller import Callers
from tests.functional.echo import echoing
from tests.functional.evidence import evidence

ROOT = Path(__file__).parent.parent.parent
Serving = Callable[..., AbstractContextManager[Any]]
KEYS = 100_000
PROVE = bool(os.environ.get("PROVE"))
TARGET = "/datasets/features/qualities/list?api_key={}"


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    """The packaged route map."""
    return load_routes(ROOT / "config")


def test_a_canary_gets_its_share_and_nobody_flips_while_it_grows() -> None:
    """Of 100,000 keys within half a percent at each step."""
    places = [bucket("dataset.get", b"key %032x" % number) for number in range(KEYS)]
    moved: set[int] = set()
    shares: list[str] = []
    for percentage in (1, 5, 10, 25, 50, 99):
        now = {number for number, place in enumerate(places) if place < percentage}
        assert abs(len(now) / KEYS * 100 - percentage) < 0.5
        assert moved <= now
        moved = now
        shares.append(f"{percentage} % is {len(now) / KEYS:.3%}")
    evidence(f"{KEYS} keys: {', '.join(shares)}; 0 users flipped while the share grew")


def test_replicas_agree_on_every_key(routes: RouteMap, tmp_path: Path) -> None:
    """Each reads the configuration for itself, and the whole decision is the same."""
    config = _config(tmp_path, 'stage = "canary"\npercentage = 30\n')
    replicas = [(load_routes(config), load_rollout(config, load_routes(config)), Callers()) for _ in range(2)]
    served = {Side.LEGACY: 0, Side.NEW: 0}
    keys = KEYS if PROVE else 2000
    for number in range(keys):
        request = Request("GET", TARGET.format(f"{number:032x}").encode())
        sides = {
            decide(request, found, rollout, partial(callers.of, request, f"10.0.0.{replica}")).served
            for replica, (found, rollout, callers) in enumerate(replicas)
        }
        assert len(sides) == 1
        served[sides.pop()] += 1
    assert 0.25 < served[Side.NEW] / keys < 0.35
    evidence(
        f"two replicas, {keys} keys at 30 %: the same side for every one, {served[Side.NEW]} of them new"
    )


def test_reload_and_kill_switch_under_load_lose_no_request(serving: Serving, tmp_path: Path) -> None:
    """Taken over and back while clients ask; a broken file is refused and said so; the switch takes under a second."""
    config = _config(tmp_path, 'stage = "new"\n')
    kill = tmp_path / "kill"
    os.environ["PARITY_KILL_FILE"] = str(kill)
    try:
        with echoing() as old, echoing() as young:
            for side, name in ((old, b"old"), (young, b"new")):
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                body = b'{"feature_qualities_list":{"quality":["%s"]}}' % name if side is old else b'["new"]'
                side.answer = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
            admin = _free_port()
            log = f"sqlite:///{tmp_path / 'log.db'}"
            arguments = ("--legacy", old.url, "--new", young.url, "--port", "0", "--admin-port", str(admin))
            with serving("proxy.cli", "serve", *arguments, "--log", log, "--config", str(config)) as proxy:
                _under_load(proxy.url, admin, config, kill)
                assert proxy.stop() == 0
    finally:
        del os.environ["PARITY_KILL_FILE"]


def _under_load(url: str, admin: int, config: Path, kill: Path) -> None:
    port = urlsplit(url).port or 0
    answers: list[tuple[float, int, bytes]] = []
    done = threading.Event()

    def load() -> None:
        while not done.is_set():
            status, body = _ask(port, TARGET.format("k"))
            answers.append((time.monotonic(), status, body))

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        digest = _state(admin)["config"]
        with (config / "rollout.toml").open("a") as file:
            file.write("# a word\n")
        _until(lambda: _state(admin)["config"] != digest)
        digest = _state(admin)["config"]
        rollout = (config / "rollout.toml").read_text()
        (config / "rollout.toml").write_text(rollout + '[[stage]]\nroutes = ["no.such"]\nstage = "new"\n')
        _until(lambda: "[[stage]] number 3" in _state(admin)["config_error"])
        assert _state(admin)["config"] == digest
        pulled = time.monotonic()
        kill.touch()
        _until(lambda: _state(admin)["kill_switch"])
        time.sleep(0.3)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert {status for _, status, _ in answers} == {200}
    assert {body for at, _, body in answers if at < pulled} == {b'["new"]'}
    moved = [at for at, _, body in answers if body == b'["old"]']
    assert moved
    assert min(moved) - pulled < 1
    assert {body for at, _, body in answers if at > pulled + 1} <= {b'["old"]'}
    last = max(at for at, _, body in answers if body == b'["new"]')
    evidence(
        f"{len(answers)} requests over a reload, a refused configuration and the kill switch: 0 failed; the last one "
        f"that the new side served was answered {max(last - pulled, 0):.2f} s after the switch was pulled"
    )


def _config(tmp_path: Path, stage: str) -> Path:
    copy = tmp_path / "config"
    shutil.copytree(ROOT / "config", copy, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    head = (
        '[[stage]]\nroutes = ["*"]\nstage = "shadow"\n[[stage]]\nroutes = ["dataset.feature_quality_names"]\n'
    )
    (copy / "rollout.toml").write_text(head + 'dialects = ["new"]\n' + stage)
    return copy


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _ask(port: int, target: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.read()


def _state(admin: int) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(_ask(admin, "/-/state")[1])
    return found


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.02)
    pytest.fail("it did not happen in time")
