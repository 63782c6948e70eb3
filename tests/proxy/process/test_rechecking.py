"""A process beside one that serves brings the log up to date."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from proxy.process import rechecking


def test_it_is_told_log_and_configuration_by_its_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments of a process would be seen by everybody on the machine."""
    asked = []

    async def note(url: str, config: Path) -> None:
        asked.append((url, config))

    monkeypatch.setattr(rechecking, "bring_up_to_date", note)
    given = SimpleNamespace(buffer=BytesIO(orjson.dumps(["sqlite:///x.db", str(tmp_path)])))
    monkeypatch.setattr("sys.stdin", given)
    rechecking.work()
    assert asked == [("sqlite:///x.db", tmp_path)]
