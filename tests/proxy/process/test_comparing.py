"""The process that compares, by its channel."""

import select
import socket
import subprocess
from pathlib import Path
from typing import BinaryIO, cast

from diffing.model import Asked, Observation, Outcome
from proxy.compare.comparer import essential
from proxy.exchange.exchange import Exchange
from proxy.runtime import child
from proxy.runtime.channel import frame, receive
from tests.proxy.exchanges import ROUTES, served

JSON = (("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*"))
NAMES = b'{"feature_qualities_list":{"quality":["a"]}}'


def exchange(new: bytes, parameters: object) -> Exchange:
    """PHP and its successor have answered; parameters that are none break the comparison."""
    made = served("GET", b"/api/v1/json/data/features/qualities/list")
    made.legacy, made.new = Observation(200, JSON, NAMES), Observation(200, JSON, new)
    made.asked = Asked(ROUTES["dataset.feature_quality_names"], "GET", parameters)  # type: ignore[arg-type]  # on purpose
    return made


def started(config: Path, stderr: int | None = None) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """The process, and our end of its channel."""
    ours, theirs = socket.socketpair()
    arguments = str(theirs.fileno()), str(config.resolve()), str(2 * 1024**3)
    with theirs:
        process = subprocess.Popen(
            child.command("proxy.process.comparing", *arguments),
            pass_fds=[theirs.fileno()],
            env=child.environment(),
            stderr=stderr,
        )
    return process, ours


def test_it_judges_until_its_channel_is_closed(config: Path) -> None:
    """A comparison that fails is told, and ends neither the process nor the next one."""
    process, ours = started(config)
    with ours, ours.makefile("rwb") as pipe:
        found = []
        for item in (exchange(b'["a"]', {}), exchange(b'["a"]', None), exchange(b'["b"]', {})):
            pipe.write(frame(essential(item)))
            pipe.flush()
            found.append(receive(cast(BinaryIO, pipe)))
    assert process.wait(20) == 0
    assert [one.comparison.outcome for one in found] == [
        Outcome.EXPLAINED,
        Outcome.MISMATCH,
        Outcome.MISMATCH,
    ]
    assert ["comparing failed" in one.signature for one in found] == [False, True, False]
    assert found[0].usage


def test_it_ends_without_a_word_when_whoever_asked_was_killed(config: Path) -> None:
    """Who left an answer unread resets the channel; that is told by whoever starts both again."""
    process, ours = started(config, subprocess.PIPE)
    with ours:
        ours.sendall(frame(essential(exchange(b'["a"]', {}))))
        select.select([ours], [], [], 20)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, b"")
