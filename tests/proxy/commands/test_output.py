"""Where output goes, and how times are given."""

from datetime import datetime
from pathlib import Path

import pytest

from proxy.checking.check import CheckError
from proxy.commands.output import time_of, waiting, wrote, wrote_json


def test_a_dash_is_stdout(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """And says that stdout is taken."""
    assert wrote_json({"a": 1}, "-") is True
    assert capfdbinary.readouterr().out == b'{\n  "a": 1\n}\n'


def test_a_file_leaves_stdout_to_the_table(tmp_path: Path) -> None:
    """Both can be had at once."""
    assert wrote("text", str(tmp_path / "f")) is False
    assert (tmp_path / "f").read_text() == "text"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the reason."""
    with pytest.raises(CheckError, match="Is a directory"):
        wrote("text", str(tmp_path))


@pytest.mark.parametrize("text", ["2026-11-22T01:00:00+01:00", "2026-11-22T00:00:00Z", "2026-11-22"])
def test_times_are_utc(text: str) -> None:
    """A zone is taken into account, without one it is UTC."""
    assert time_of(text, "--since") == datetime.fromisoformat("2026-11-22T00:00:00")


def test_no_time_is_told_with_the_option() -> None:
    """So that one knows what to mend."""
    with pytest.raises(CheckError, match="--since wants a time like"):
        time_of("yesterday", "--since")


def test_no_bar_where_nobody_looks() -> None:
    """Logs of jobs hold no bars."""
    assert waiting().disable is True
