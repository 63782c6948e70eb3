"""The runbook: each section is tried on a proxy that has what it is about, block by block."""

import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.functional.fleets import key as new_key
from tests.functional.proxies import Running, proxied
from tests.functional.sides import LEGACY, NEW, ROUTE, Side, naming
from tests.functional.test_alerts import rules
from tests.functional.test_deployment import ask
from tests.redis_server import RedisServer
from tests.test_pages import anchors

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = ROOT / "docs" / "runbook.md"
TOKEN: Final = "t" * 32
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
_PHASES: Final = ("Look", "Do", "Be sure")
Serving = Callable[..., AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class World:
    """A proxy between two sides, and where its operator sits."""

    proxy: Running
    config: Path
    legacy: Side
    new: Side
    queue: RedisServer
    worker: str

    def asks(self, target: str = NEW, times: int = 1) -> None:
        """Clients ask."""
        for _ in range(times):
            ask(self.proxy.address[1], target)

    def kill(self, module: str) -> None:
        """A process is gone at once."""
        os.kill(self.proxy.process(module), signal.SIGKILL)


@contextmanager
def nothing(world: World) -> Iterator[None]:
    """All is well."""
    world.asks()
    yield


@contextmanager
def differing(world: World) -> Iterator[None]:
    """The new side, which serves, says something else."""
    world.new.document = ["Distinct"]
    world.asks(times=3)
    yield


@contextmanager
def failing(world: World) -> Iterator[None]:
    """The new side, which serves, answers 500."""
    world.new.status = 500
    world.asks(times=3)
    yield
    world.new.status = 200


@contextmanager
def silent(world: World) -> Iterator[None]:
    """The new side does not answer in the shadow, and comes back."""
    world.new.hangs.set()
    world.asks(LEGACY, times=10)
    yield
    world.new.hangs.clear()


@contextmanager
def locked(world: World) -> Iterator[None]:
    """The log cannot be written."""
    connection = sqlite3.connect(world.proxy.log)
    connection.execute("BEGIN EXCLUSIVE")
    world.asks()
    yield
    connection.rollback()
    connection.close()


@contextmanager
def queueless(world: World) -> Iterator[None]:
    """Redis is gone."""
    world.asks(LEGACY)
    world.queue.stop()
    world.asks(LEGACY, times=3)
    yield
    world.queue.start()


@contextmanager
def full(world: World) -> Iterator[None]:
    """No file of the proxy can grow."""
    old = resource.prlimit(world.proxy.pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
    world.asks()
    yield
    resource.prlimit(world.proxy.pid, resource.RLIMIT_FSIZE, old)


@contextmanager
def misspelt(world: World) -> Iterator[None]:
    """Somebody wrote a rollout that nobody can read; the directory is in git."""
    git = ["git", "-C", str(world.config), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "--quiet"], ["add", "rollout.toml"], ["commit", "--quiet", "--message", "good"]):
        subprocess.run([*git, *words], check=True)
    (world.config / "rollout.toml").write_text("[[stage]]\nstage = 7\n")
    yield


@contextmanager
def killed(world: World) -> Iterator[None]:
    """The process of the shadow is gone."""
    world.asks(LEGACY)
    world.proxy.totals()
    world.kill("proxy.process.asking")
    yield


@contextmanager
def away(world: World) -> Iterator[None]:
    """PHP closes connections without an answer."""
    world.legacy.gone.set()
    world.asks(LEGACY, times=3)
    yield
    world.legacy.gone.clear()


BAD: Final = {
    "undocumented-difference": differing,
    "new_error": failing,
    "breaker-open": silent,
    "shed-grows": silent,
    "the-queue-is-away": queueless,
    "the-diff-log-is-away": locked,
    "the-disk-is-full": full,
    "kill-switch": nothing,
    "configuration-refused": misspelt,
    "a-worker-is-dead": killed,
    "legacy-away": away,
}


def sections() -> dict[str, str]:
    """The text below each heading, by its anchor."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    names = [name.lower().replace(" ", "-") for name in parts[1::2]]
    return dict(zip(names, parts[2::2], strict=True))


def test_every_section_is_tried_and_every_alert_has_one() -> None:
    """None is there that nobody has walked through."""
    assert list(sections()) != []
    assert set(sections()) == set(BAD)
    assert {rule["annotations"]["runbook"] for rule in rules()} <= anchors(PAGE)


def blocks(text: str) -> list[list[str]]:
    """The blocks of each phase of a section."""
    assert re.findall(r"^\*\*(.+?)\.\*\*", text, re.M) == list(_PHASES)
    return [
        _BLOCK.findall(part) for part in re.split(r"^\*\*(?:Look|Do|Be sure)\.\*\*", text, flags=re.M)[1:]
    ]


class Operator:
    """Pastes blocks into one shell."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._kept = folder / "shell"
        programs = Path(sys.executable).parent
        self._environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "ADMIN": f"http://127.0.0.1:{world.proxy.admin}",
            "PROXY": f"http://127.0.0.1:{world.proxy.address[1]}",
            "TOKEN": TOKEN,
            "LOG": f"sqlite:///{world.proxy.log}",
            "CONFIG": str(world.config),
            "QUEUE": world.queue.url,
            "WORKER": world.worker,
            "LEGACY": world.legacy.url,
            "NEW": world.new.url,
            "KILL_FILE": str(world.proxy.kill_file),
            "ROUTE": ROUTE,
            "DIALECT": "new",
            "TARGET": NEW,
            "SINCE": "2026-01-01T00:00:00",
        }

    def paste(self, block: str) -> None:
        """Run a block until it succeeds; what it sets, later ones have."""
        known = f"[ ! -e {self._kept} ] || . {self._kept}"
        script = f"set -euo pipefail\n{known}\n{block}\ndeclare -p CLUSTER > {self._kept} || true"
        end = time.monotonic() + 60
        while True:
            done = subprocess.run(
                ["bash", "-c", script],
                env=self._environment,
                cwd=self._kept.parent,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                return
            assert time.monotonic() < end, f"{block}\n{done.stdout}\n{done.stderr}"
            self._world.asks(LEGACY)


def test_the_variables_are_those_that_are_set_here(tmp_path: Path) -> None:
    """At the head of the page."""
    head = PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    named = set(re.findall(r"\b([A-Z_]+)=", "".join(_BLOCK.findall(head))))
    used = set(re.findall(r"\$\{?([A-Z_]+)", "".join(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))))
    assert used - named <= {"CLUSTER", "BEFORE"}
    assert named <= used | {"LEGACY"}


@pytest.mark.parametrize("name", BAD)
def test_the_section_is_walked_through(
    serving: Serving, tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What it looks at is there, what it does can be done, and what makes sure comes true."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__", "sample"))
    stage = f'\n[[stage]]\nroutes = ["{ROUTE}"]\ndialects = ["new"]\nstage = "new_verified"\n'
    rollout = config / "rollout.toml"
    rollout.write_text(rollout.read_text() + stage)
    settings = {
        "ADMIN_TOKEN": TOKEN,
        "TELL_SERVED": "true",
        "TIMEOUTS_SHADOW": "1",
        "SHADOW_BREAKER_FAILURES": "3",
        "SHADOW_BREAKER_SECONDS": "1",
    }
    for key, value in settings.items():
        monkeypatch.setenv(f"PARITY_{key}", value)
    legacy, new = naming("Distinct", "Entropy")
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(legacy.serving())
        enter(new.serving())
        queue: tuple[str, ...] = ()
        if BAD[name] is queueless:
            monkeypatch.setenv("PARITY_QUEUE_KEY", new_key()["PARITY_QUEUE_KEY"])
            queue = ("--queue", redis.url)
        options = ("--config", str(config), *queue)
        proxy = enter(proxied(serving, tmp_path / "proxy", legacy.url, new.url, *options))
        worker = ""
        if queue:
            sides = ("--legacy", legacy.url, "--new", new.url, "--log", f"sqlite:///{proxy.log}")
            worker = enter(serving("proxy.cli", "worker", *sides, *options, "--admin-port", "0")).url
        world = World(proxy, config, legacy, new, redis, worker)
        operator = Operator(world, tmp_path)
        look, do, sure = blocks(sections()[name])
        with BAD[name](world):
            for block in (*look, *do):
                operator.paste(block)
        for block in sure:
            operator.paste(block)
