"""``parity deviations``, as people call it."""

from pathlib import Path

from typer.testing import CliRunner

from proxy.cli import app

RUN = CliRunner()
CONFIG = ["--config", "config"]


def test_list_shows_the_entries_of_a_route() -> None:
    """Those that all routes share are about it too."""
    shown = RUN.invoke(app, ["deviations", "list", "--route", "dataset.get", *CONFIG], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "authentication-failed" in shown.output


def test_lint_runs_every_example() -> None:
    """The packaged registry has no finding."""
    done = RUN.invoke(app, ["deviations", "lint", *CONFIG])
    assert (done.exit_code, done.output.rpartition(",")[2].strip()) == (0, "0 findings"), done.output


def test_lint_finds_what_recordings_show(sqlite_url: str) -> None:
    """One route's recordings alone leave its unused entries stale."""
    files = ["--recordings", "tests/recordings/read/evaluationmeasure.jsonl.gz", "--database", sqlite_url]
    done = RUN.invoke(app, ["deviations", "lint", *files, *CONFIG])
    assert "over_broad" not in done.output


def test_guide_writes_the_page(tmp_path: Path) -> None:
    """The same page that docs/ has."""
    page = tmp_path / "guide.md"
    assert RUN.invoke(app, ["deviations", "guide", "--to", str(page), *CONFIG]).exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("# Migration guide")
