"""Pages of rules and entries."""

from datetime import timedelta
from pathlib import Path

import pytest

from proxy.dashboard.about import About
from proxy.dashboard.deviation_pages import told_by_id
from proxy.dashboard.page import Misasked, NotThere, Page, html
from proxy.dashboard.views import Views
from proxy.log.reading import reading
from proxy.reporting.deviation_usage import GONE
from proxy.rollout.live_config import load_live_config
from tests.proxy.logs import FIRST, SECOND, explained, write_run

pytestmark = pytest.mark.anyio
ENTRY = "dataset-format-lower-case"

ABOUT = About("sqlite:///x.db", "here")


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """A log of two hours in which an entry, a rule, and what is registered no more were hit."""
    url = f"sqlite:///{tmp_path}/log.db"
    later = FIRST + timedelta(hours=1)
    await write_run(
        url,
        SECOND,
        *(explained(FIRST, "dataset.get", ENTRY) for _ in range(2)),
        explained(later, "dataset.list", ENTRY, "rule-type"),
        explained(later, "dataset.get", "gone-entry"),
    )
    return url


async def listed(url: str, config: Path, **query: str) -> Page:
    """The list as it is asked for."""
    async with reading(url) as log:
        return await Views(config).deviations(log, query)


async def entry(url: str, config: Path, name: str) -> Page:
    """The page of one."""
    async with reading(url) as log:
        return await Views(config).deviation(log, name)


async def test_entries_are_grouped_by_section(url: str, config: Path) -> None:
    """Each once; what is registered no more has a group of its own."""
    page = await listed(url, config)
    groups = page.context["groups"]
    assert sum(map(len, groups.values())) == len(page.rows) > 100
    assert [row[0] for row in groups[GONE]] == ["gone-entry"]
    told = told_by_id(load_live_config(config).registry)
    assert ENTRY in {row[0] for row in groups[told[ENTRY].guide]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"find": "FORMAT lower"}, [ENTRY]),
        ({"find": "dataset.list", "state": "hit"}, [ENTRY, "rule-type"]),
        ({"kind": "rule", "state": "hit"}, ["rule-type"]),
        ({"find": "zebra"}, []),
    ],
)
async def test_entries_are_found(url: str, config: Path, query: dict[str, str], names: list[str]) -> None:
    """By words of id, title, why, section and routes, by kind, by whether they are used."""
    page = await listed(url, config, **query)
    assert [row[0] for row in page.rows] == names
    text = html(page, "/deviations", query, ABOUT).decode()
    assert ("None fits." in text) == (not names)


async def test_an_unknown_state_is_refused(url: str, config: Path) -> None:
    """And so is an entry that nobody knows."""
    with pytest.raises(Misasked, match="state is hit, never hit, stale, not 'old'"):
        await listed(url, config, state="old")
    with pytest.raises(NotThere, match="no rule or entry is named 'x'"):
        await entry(url, config, "x")


async def test_an_entry_has_why_examples_and_hits_over_time(url: str, config: Path) -> None:
    """With links to the routes that it was hit at, and to the clusters of those that it is about."""
    page = await entry(url, config, ENTRY)
    told = load_live_config(config).registry.by_id[ENTRY]
    assert page.document is not None
    assert list(page.document["hours"].values()) == [2, 1]
    assert page.rows == [("dataset.get", 2), ("dataset.list", 1)]
    text = html(page, "/", {}, ABOUT).decode()
    for there in (
        '<a href="/routes/dataset.get">',
        f'<a href="/clusters?route={told.routes[0]}">',
        "&#34;ARFF&#34;",
        "Hits over time",
        f"config/deviations/{told.source}",
    ):
        assert there in text


async def test_rules_and_what_is_gone_have_pages_too(url: str, config: Path) -> None:
    """A rule is about every route; nobody knows any more why the other was there."""
    rule = await entry(url, config, "rule-type")
    assert "every route" in html(rule, "/", {}, ABOUT).decode()
    gone = html(await entry(url, config, "gone-entry"), "/", {}, ABOUT).decode()
    assert "It is registered no more" in gone
