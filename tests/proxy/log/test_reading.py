"""A log is opened to be read."""

from pathlib import Path

import pytest

from proxy.log.reading import find_run, legacy_was_played, reading
from proxy.log.schema import LogError
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio


async def test_runs_are_found_by_name_and_place(tmp_path: Path) -> None:
    """The beginning of the id is enough."""
    url, first, second = await two_runs(tmp_path)
    async with reading(url) as log:
        found = [await find_run(log, name) for name in (first[:12], "latest", "previous")]
    assert found == [first, second, first]


async def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the names of some that are."""
    url, _, second = await two_runs(tmp_path)
    async with reading(url) as log:
        with pytest.raises(LogError, match=second[:8]):
            await find_run(log, "nothing")


async def test_reading_creates_no_log(tmp_path: Path) -> None:
    """A wrong path is told."""
    with pytest.raises(LogError, match="there is no diff log"):
        async with reading(f"sqlite:///{tmp_path}/nothing.db"):
            pass
    assert list(tmp_path.iterdir()) == []


async def test_answers_from_recordings_are_known(tmp_path: Path) -> None:
    """From any run on that met one."""
    url = f"sqlite:///{tmp_path}/log.db"
    known = []
    for at, facts in ((FIRST, ()), (SECOND, (("legacy", "recordings"),))):
        await write_run(url, at, changed(finding(at), facts=facts))
        async with reading(url) as log:
            known.append(await legacy_was_played(log))
    assert known == [False, True]
