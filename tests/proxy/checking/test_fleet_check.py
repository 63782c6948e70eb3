"""``parity check --queue``, as far as it gets without workers; tests/functional/test_check_over_fleet.py goes on."""

from pathlib import Path

import pytest

from tests.functional.fleets import key
from tests.proxy.command import parity

RECORDINGS = str(Path(__file__).parent.parent.parent / "recordings" / "read" / "votes.jsonl.gz")
NOBODY = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize(
    "further", [("--new", "http://h"), ("--database", "sqlite://"), ("--now", "2020-01-01"), ("--files", ".")]
)
def test_what_does_not_go_together_is_refused(further: tuple[str, str]) -> None:
    """One line, before anything is read."""
    done = parity("check", "--recordings", RECORDINGS, "--queue", NOBODY, *further)
    assert (done.returncode, done.stderr) == (
        2,
        "parity: --queue goes with --recordings, and is instead of --new URL and --database URL\n",
    )


def test_a_key_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings may hold what a client sent."""
    monkeypatch.delenv("PARITY_QUEUE_KEY", raising=False)
    done = parity("check", "--recordings", RECORDINGS, "--queue", NOBODY)
    assert (done.returncode, done.stderr) == (
        2,
        "parity: recordings travel sealed: give the key of the workers, PARITY_QUEUE_KEY_FILE=FILE\n",
    )


@pytest.mark.parametrize(
    ("further", "problem"),
    [(("--queue", "amqp://h"), "must be redis://"), (("--queue", NOBODY, "--route", "x.*"), "no route fits")],
)
def test_wrong_use_is_one_line(
    further: tuple[str, ...], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody is asked."""
    monkeypatch.setenv("PARITY_QUEUE_KEY", key()["PARITY_QUEUE_KEY"])
    done = parity("check", "--recordings", RECORDINGS, *further)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert problem in done.stderr
