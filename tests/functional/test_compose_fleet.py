"""The fleet of the compose file without Docker: its commands, environments and configuration, at other addresses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]  # stubs only for this one file are not worth a package
from sqlalchemy import text

from proxy.log.writer import open_log
from proxy.reporting.report import read_report
from tests.functional.fleets import key, told
from tests.functional.servers import Server
from tests.functional.sides import LEGACY, naming
from tests.functional.test_deployment import ask
from tests.functional.test_hostile_answers import until
from tests.redis_server import RedisServer

Serving = Callable[..., AbstractContextManager[Server]]
ROOT = Path(__file__).parent.parent.parent
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
SECRETS = {"PARITY_ADMIN_TOKEN": "t" * 32, "PARITY_QUEUE_KEY": key()["PARITY_QUEUE_KEY"]}


def environment(service: str, places: dict[str, str]) -> dict[str, str]:
    """The environment of a service. ``places``: where this test has what the compose file names."""

    def chosen(found: re.Match[str]) -> str:
        return SECRETS.get(found[1], found[2])

    filled = {}
    for name, value in SERVICES[service].get("environment", {}).items():
        here = re.sub(r"\$\{(\w+):-([^}]*)\}", chosen, value)
        for place, ours in places.items():
            here = here.replace(place, ours)
        filled[name] = here
    return filled


async def make_log(server: str) -> None:
    """What the image makes of its environment: a database, and a user who may do everything in it, and only there."""
    wanted = environment("log", {})
    name, user = wanted["MARIADB_DATABASE"], wanted["MARIADB_USER"]
    opened = open_log(server)
    async with opened.begin() as connection:
        for statement in (
            f"CREATE OR REPLACE DATABASE {name}",
            f"CREATE OR REPLACE USER {user} IDENTIFIED BY '{wanted['MARIADB_PASSWORD']}'",
            f"GRANT ALL ON {name}.* TO {user}",
        ):
            await connection.execute(text(statement))
    await opened.dispose()


@contextmanager
def running(
    serving: Serving, service: str, places: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A service of the compose file."""
    words = [str(ROOT / "config") if word == "/etc/parity" else word for word in SERVICES[service]["command"]]
    words = ["127.0.0.1" if word == "0.0.0.0" else word for word in words]  # that of the file
    ports = ("--port", "0", "--admin-port", "0") if words[0] == "serve" else ("--admin-port", "0")
    with monkeypatch.context() as patched, ExitStack() as stack:
        found = {**environment(service, places), "PARITY_KILL_FILE": str(folder / "kill")}
        for name, value in found.items():
            patched.setenv(name, value)
        yield stack.enter_context(serving("proxy.cli", *words, *ports))


def test_each_capture_of_the_fleet_is_counted_once(
    serving: Serving, mariadb_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two proxies, Redis, two workers and a diff log in MariaDB, by a user who may do no more than the image's."""
    asyncio.run(make_log(mariadb_server))
    _, *options = SERVICES["redis"]["command"]
    assert options[:2] == ["--appendonly", "yes"]
    legacy, new = naming("Distinct", "Distinct")
    (tmp_path / "redis").mkdir()
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(legacy.serving())
        enter(new.serving())
        redis = enter(RedisServer(tmp_path / "redis", *map(str, options)))
        places = {
            "http://php:80": legacy.url,
            "http://backend:8001": new.url,
            "redis:6379": f"127.0.0.1:{redis.port}",
            "log:3306": f"127.0.0.1:{urlsplit(mariadb_server).port}",
            "0.0.0.0": "127.0.0.1",  # that of the file
        }
        names = [name for name in SERVICES if name.startswith(("fleet-proxy", "worker"))]
        servers = {name: enter(running(serving, name, places, tmp_path, monkeypatch)) for name in names}
        proxies = [server for name, server in servers.items() if name.startswith("fleet")]
        workers = [server for name, server in servers.items() if name.startswith("worker")]
        assert (len(proxies), len(workers)) == (2, 2)
        for number in range(40):
            assert ask(urlsplit(proxies[number % 2].url).port or 0, LEGACY) == 200
        until(lambda: sum(sum(told(one, "/-/totals")["verdicts"].values()) for one in workers) == 40)
        assert b"features/qualities" not in redis.written()
        log = environment("worker1", places)["PARITY_LOG"]
        until(lambda: asyncio.run(read_report(log)).fleet.waiting == 0)
        found = asyncio.run(read_report(log)).fleet
        for server in servers.values():
            server.process.kill()
    assert (found.queued, found.judged, list(found.lost)) == (40, 40, [])
