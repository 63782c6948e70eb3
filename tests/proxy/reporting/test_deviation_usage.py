"""How entries are used, by what a diff log tells."""

from pathlib import Path

import pytest

from config.location import config_directory
from diffing.deviations import load_registry
from diffing.lint import lint_usage
from proxy.log.reading import reading
from proxy.reporting.deviation_usage import GONE, EntryUse, entry_uses, read_usage
from tests.proxy.logs import FIRST, SECOND, explained, write_run

pytestmark = pytest.mark.anyio
FORMAT, GET = "dataset-format-lower-case", "dataset.get"


async def log_of_three(folder: Path) -> str:
    """Three exchanges in two hours, two of them explained by one entry."""
    url = f"sqlite:///{folder}/log.db"
    shape = ("shape", FORMAT, "text to float")
    await write_run(url, FIRST, explained(FIRST, GET, FORMAT, usage=(shape,)))
    found = explained(SECOND, GET, FORMAT, "dataset-gone"), explained(SECOND, GET, "dataset-envelope")
    await write_run(url, SECOND, *found)
    return url


async def uses_of(url: str, stale_after: int = 1000) -> dict[str, EntryUse]:
    """The rows by id."""
    async with reading(url) as log:
        usage = await read_usage(log)
    return {
        use.deviation: use for use in entry_uses(load_registry(config_directory(None)), usage, stale_after)
    }


async def test_hits_share_and_last_hour(tmp_path: Path) -> None:
    """Over all runs."""
    use = (await uses_of(await log_of_three(tmp_path)))[FORMAT]
    assert (use.hits, use.seen, use.share, use.routes) == (2, 3, 2 / 3, (GET,))
    assert use.last == SECOND.replace(minute=0, second=0)


async def test_stale_is_what_the_lint_calls_so(tmp_path: Path) -> None:
    """No hit in as many comparable exchanges of its routes."""
    url = await log_of_three(tmp_path)
    registry = load_registry(config_directory(None))
    async with reading(url) as log:
        usage = await read_usage(log)
    told = {finding.deviation for finding in lint_usage(registry, usage, 3) if finding.kind == "stale"}
    assert {use.deviation for use in entry_uses(registry, usage, 3) if use.stale} == told
    assert "dataset-attributes-separated" in told
    assert not any(use.stale for use in entry_uses(registry, usage, 4))


async def test_entries_that_have_gone_are_told(tmp_path: Path) -> None:
    """Their hits are still in the log."""
    gone = (await uses_of(await log_of_three(tmp_path)))["dataset-gone"]
    assert (gone.kind, gone.hits, gone.share, gone.stale) == (GONE, 1, None, False)


async def test_what_entries_did_is_kept_in_the_log(tmp_path: Path) -> None:
    """So that the lint finds over-broad ones in live traffic; since a time only those of its hours."""
    url = await log_of_three(tmp_path)
    async with reading(url) as log:
        everything, later = await read_usage(log), await read_usage(log, since=SECOND)
    assert dict(everything.shapes[FORMAT]) == {("text", "float"): 1}
    assert (later.shapes[FORMAT], later.hits[FORMAT][GET], later.comparable[GET]) == ({}, 1, 2)


async def test_an_entry_as_json(tmp_path: Path) -> None:
    """Times as text, routes as a list."""
    document = (await uses_of(await log_of_three(tmp_path)))[FORMAT].document()
    assert (document["last"], document["routes"], document["stale"]) == ("2026-11-22T12:00:00", [GET], False)
