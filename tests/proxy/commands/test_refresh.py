"""States of clusters are brought up to date before they are shown."""

import asyncio
from pathlib import Path

import pytest

from proxy.commands import refresh as refreshing
from proxy.commands.refresh import refresh
from proxy.log.schema import LogAway, LogError
from tests.proxy.logs import two_runs

CONFIG = Path("config")


def test_nothing_is_said_where_nothing_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No line on stderr."""
    url, _, _ = asyncio.run(two_runs(tmp_path))
    refresh(url, CONFIG)
    refresh(url, CONFIG)
    assert capsys.readouterr().err == ""


def test_a_log_that_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says is shown all the same."""

    async def away(*_: object, **__: object) -> None:
        raise LogAway("the diff log is read-only")

    monkeypatch.setattr(refreshing, "bring_up_to_date", away)
    refresh("sqlite:///x.db", CONFIG)
    assert "are those of before: the diff log is read-only" in capsys.readouterr().err


def test_no_log_is_an_error(tmp_path: Path) -> None:
    """As for whatever is asked next."""
    with pytest.raises(LogError, match="there is no diff log"):
        refresh(f"sqlite:///{tmp_path}/absent.db", CONFIG)
