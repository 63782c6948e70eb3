"""Clusters for people."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from proxy.log.clusters import Shown, StoredCluster, read_cluster
from proxy.log.reading import reading
from proxy.reporting.cluster_changes import changes
from proxy.reporting.cluster_view import (
    cluster_markdown,
    clusters_markdown,
    print_cluster,
    print_clusters,
)
from proxy.reporting.console import report_console
from tests.proxy.logs import two_runs

pytestmark = pytest.mark.anyio


@pytest.fixture
async def clusters(tmp_path: Path) -> list[StoredCluster]:
    """One new, one still there, one not seen again."""
    url, first, second = await two_runs(tmp_path)
    async with reading(url) as log:
        return list((await changes(log, first, second, 1)).clusters)


@pytest.fixture
async def shown(tmp_path: Path, clusters: list[StoredCluster]) -> Shown:
    """The most frequent one."""
    async with reading(f"sqlite:///{tmp_path}/log.db") as log:
        return await read_cluster(log, clusters[0].id)


async def test_the_states_add_up(clusters: list[StoredCluster]) -> None:
    """The last line says how many there are of each."""
    out = io.StringIO()
    print_clusters(report_console(out), clusters)
    assert out.getvalue().splitlines()[-1] == "clusters 3: new 1 · still 1 · fixed 0 · unseen 1 · unasked 0"
    assert "not seen again in 1 compared" in out.getvalue()


async def test_a_cluster_is_shown_with_all_that_is_needed(shown: Shown) -> None:
    """Path, values, why nothing explained it, a line for each side, a test."""
    out = io.StringIO()
    print_cluster(report_console(out), shown)
    expected = ["$.new", "<b>a</b>", "task-name does not apply", '"$LEGACY"', '"$NEW"', "def test_no_route_"]
    expected += [
        "`new` differs: expected",
        "likely cause: The new side has null",
        "requests that are kept: 1, such as",
    ]
    assert [text for text in expected if text not in out.getvalue()] == []


async def test_the_trace_of_the_client_is_told(shown: Shown) -> None:
    """On the terminal and as Markdown; exchanges without one, and those of old logs, have none."""
    assert shown.sample is not None
    for trace in ("4bf92f3577b34da6a3ce929d0e0e4736", None):
        found = replace(shown, sample={**shown.sample, "trace": trace})
        out = io.StringIO()
        print_cluster(report_console(out), found)
        for text in (out.getvalue(), cluster_markdown(found)):
            assert (f"trace {trace}" in text.lower()) == (trace is not None)


async def test_an_absent_key_says_so(shown: Shown) -> None:
    """On a terminal and as Markdown."""
    example = {**shown.example, "what": "extra", "legacy": None, "new": None}
    found = replace(shown, example=example, sample=None)
    out = io.StringIO()
    print_cluster(report_console(out), found)
    assert "   expected (absent)\n   new      null\n" in out.getvalue()
    assert "| extra | (absent) |  | null |" in cluster_markdown(found)


async def test_without_a_sample_the_example_is_shown(shown: Shown) -> None:
    """Old logs have none."""
    out = io.StringIO()
    print_cluster(report_console(out), Shown(shown.cluster, shown.example, None))
    assert 'curl "$LEGACY"/api/v1/json/task/1' in out.getvalue()


async def test_markdown_takes_no_value_for_markup(shown: Shown, clusters: list[StoredCluster]) -> None:
    """It is pasted into issues."""
    text = cluster_markdown(shown) + clusters_markdown("title", clusters)
    outside = "".join(part for number, part in enumerate(text.split("```")) if number % 2 == 0)
    assert "&lt;b>a&lt;/b>" in outside
    assert "<b>" not in outside


@pytest.mark.parametrize("guessed", [False, True])
async def test_a_guessed_role_is_said_to_be_guessed(shown: Shown, guessed: bool) -> None:
    """On the terminal and in Markdown; a known one is just told."""
    assert shown.sample is not None
    asked = {**shown.sample["asked"], "role": "user", "guessed": guessed}
    found = Shown(shown.cluster, shown.example, {**shown.sample, "asked": asked})
    out = io.StringIO()
    print_cluster(report_console(out), found)
    for text in (out.getvalue(), cluster_markdown(found)):
        assert "the caller's role was user" in text.lower()
        assert ("guessed: nobody has named the key" in text) is guessed
