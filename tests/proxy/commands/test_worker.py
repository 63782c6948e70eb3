"""``parity worker``, as far as it gets without working; tests/functional/test_fleet.py goes on."""

import pytest

from tests.proxy.command import parity

SIDES = ("--legacy", "http://127.0.0.1:1", "--new", "http://127.0.0.1:1")


def test_a_queue_must_be_named() -> None:
    """The message says how."""
    done = parity("worker", *SIDES)
    assert (done.returncode, done.stderr) == (
        2,
        "parity: [queue] url: the URL of the queue is missing; give --queue URL\n",
    )


@pytest.mark.parametrize("command", ["worker", "serve"])
@pytest.mark.parametrize(
    ("key", "queue", "problem"),
    [
        ("", "amqp://h", "[queue] url: must be redis://HOST:PORT/DATABASE"),
        ("short", "redis://127.0.0.1:1/0", "[queue] key: must hold 32 random bytes as base64"),
    ],
)
def test_wrong_settings_are_one_line_and_status_2(
    command: str, key: str, queue: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of proxies and workers alike, before anything is opened; a key is never shown."""
    monkeypatch.setenv("PARITY_QUEUE_KEY", key)
    done = parity(command, *SIDES, "--queue", queue, "--admin-port", "0")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert problem in done.stderr
    assert "short" not in done.stderr
