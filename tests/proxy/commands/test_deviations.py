"""``parity deviations``, as people call it."""

import asyncio
import json
from pathlib import Path

import pytest

from proxy.exchange.exchange import Exchange
from tests.proxy.command import parity
from tests.proxy.logs import FIRST, explained, write_run

CONFIG = ["--config", "config"]


def test_list_shows_the_entries_of_a_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that all routes share are about it too."""
    monkeypatch.setenv("COLUMNS", "200")
    shown = parity("deviations", "list", "--route", "dataset.get", *CONFIG)
    assert shown.returncode == 0
    assert "authentication-failed" in shown.stdout


def test_list_cuts_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow a pipe says that it is; the same entries for machines."""
    monkeypatch.setenv("COLUMNS", "40")
    shown = parity("deviations", "list", *CONFIG)
    told = json.loads(parity("deviations", "list", "--json", "-", *CONFIG).stdout)["deviations"]
    assert {item["id"] for item in told} - set(shown.stdout.split()) == set()
    assert {"id", "kind", "title", "routes", "why", "source"} <= told[0].keys()


def test_list_takes_a_pattern() -> None:
    """As all options for routes do."""

    def ids(*words: str) -> set[str]:
        told = json.loads(parity("deviations", "list", "--json", "-", *words, *CONFIG).stdout)
        return {item["id"] for item in told["deviations"]}

    assert ids("--route", "dataset.get") < ids("--route", "dataset.*") < ids()


def test_lint_runs_every_example() -> None:
    """The packaged registry has no finding."""
    done = parity("deviations", "lint", *CONFIG)
    assert (done.returncode, done.stdout.rpartition(",")[2].strip()) == (0, "0 findings"), done.stdout


def test_lint_finds_what_recordings_show(sqlite_url: str) -> None:
    """Nothing is wrong with the packaged registry."""
    files = ["--recordings", "tests/recordings/read/evaluationmeasure.jsonl.gz", "--database", sqlite_url]
    done = parity("deviations", "lint", *files, "--json", "-", *CONFIG)
    assert done.returncode == 0, done.stdout
    told = json.loads(done.stdout)
    assert told["findings"] == []
    assert {item["last"][:10] for item in told["deviations"] if item["hits"]} == {"2026-11-22"}


def log_of(folder: Path, *findings: Exchange) -> list[str]:
    """The options for a log of one run."""
    url = f"sqlite:///{folder}/log.db"
    asyncio.run(write_run(url, FIRST, *findings))
    return ["--log", url, *CONFIG]


FORMAT = "dataset-format-lower-case"


@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        ("over_broad", explained(FIRST, "task.get", FORMAT)),
        ("over_broad", explained(FIRST, "dataset.get", usage=(("shape", FORMAT, "text to float"),))),
        ("dead", explained(FIRST, "dataset.get", usage=(("masked", FORMAT, ""),))),
        (
            "conflicting",
            explained(FIRST, "dataset.get", usage=(("conflicting", FORMAT, "dataset-url-unescaped"),)),
        ),
    ],
)
def test_lint_fails_on_what_a_log_shows(tmp_path: Path, kind: str, finding: Exchange) -> None:
    """Live traffic has what no recording has."""
    done = parity("deviations", "lint", *log_of(tmp_path, finding))
    assert (done.returncode, f"{FORMAT}: {kind}: " in done.stdout) == (1, True), done.stdout


def test_lint_tells_stale_entries_and_does_not_fail(tmp_path: Path) -> None:
    """After as many exchanges as one says."""
    log = log_of(tmp_path, explained(FIRST, "dataset.get", "dataset-envelope"))
    done = parity("deviations", "lint", "--stale-after", "1", *log)
    assert (done.returncode, f"{FORMAT}: stale: no hit in 1 " in done.stdout) == (0, True), done.stdout


def test_lint_shows_how_entries_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a table, and for machines."""
    monkeypatch.setenv("COLUMNS", "100")
    log = log_of(tmp_path, explained(FIRST, "dataset.get", FORMAT))
    shown = parity("deviations", "lint", "--usage", *log).stdout
    assert f"{FORMAT} 1 100.0% 2026-11-21 12:00 dataset.get" in " ".join(shown.split())
    told = json.loads(parity("deviations", "lint", "--json", "-", *log).stdout)
    assert [item["hits"] for item in told["deviations"] if item["deviation"] == FORMAT] == [1]


def test_guide_writes_the_page(tmp_path: Path) -> None:
    """The same page that docs/ has."""
    page = tmp_path / "guide.md"
    assert parity("deviations", "guide", "--to", str(page), *CONFIG).returncode == 0
    assert page.read_text(encoding="utf-8").startswith("# Migration guide")
