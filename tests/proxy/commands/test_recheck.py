"""``parity recheck`` and ``parity accept``, as people call them."""

import asyncio
from pathlib import Path

import orjson
import pytest

from diffing.cluster import cluster_id
from tests.proxy.command import parity
from tests.proxy.logs import FIRST, KEPT, NEW, two_runs
from tests.proxy.triage_cases import ID_TYPE_CLUSTER, own_config, undecided_log

NAME = ID_TYPE_CLUSTER[:10]
FAR = "2999-12-31"


@pytest.fixture
def log(tmp_path: Path) -> str:
    """The URL of a log with one cluster that can be documented."""
    return asyncio.run(undecided_log(tmp_path))


@pytest.fixture
def config_copy(tmp_path: Path) -> Path:
    """A configuration of one's own."""
    return own_config(tmp_path)


def opened(url: str) -> dict[str, int]:
    """Open clusters by route, as readiness counts them."""
    routes = orjson.loads(parity("readiness", "--log", url, "--json", "-").stdout)["routes"]
    return {item["route"]: item["open_clusters"] for item in routes if item["open_clusters"]}


def test_from_the_overview_to_a_closed_cluster(log: str, config_copy: Path) -> None:
    """Four commands: see it, document it, compare it again, see that it is closed."""
    place = ("--log", log, "--config", str(config_copy))
    overview = parity("report", *place)
    assert NAME in overview.stdout
    assert "clusters: 1 open, 0 documented, 0 accepted, 0 resolved, 0 regressed" in overview.stdout
    filed = parity("file", NAME, "--as", "documented", "--write", "--why", "Ids are numbers here.", *place)
    assert filed.returncode == 0, filed.stderr
    again = parity("recheck", *place)
    assert f"{NAME} open → documented: explained by " in again.stdout
    assert "1 clusters compared again: 1 documented; 1 changed" in again.stdout
    last = parity("report", *place)
    assert "clusters: 0 open, 1 documented, 0 accepted, 0 resolved, 0 regressed" in last.stdout
    ready = orjson.loads(parity("readiness", *place, "--json", "-").stdout)["routes"]
    assert [item["open_clusters"] for item in ready if item["route"] == "tasktype.get"] == [0]


def test_a_changed_registry_needs_no_command(log: str, config_copy: Path) -> None:
    """Whoever asks next goes by it, and is told."""
    place = ("--log", log, "--config", str(config_copy))
    parity("file", NAME, "--as", "documented", "--write", "--why", "Ids are numbers here.", *place)
    done = parity("report", *place)
    assert "the rules have changed: 1 clusters compared again: 1 documented; 1 changed" in done.stderr
    assert "clusters: 0 open, 1 documented" in done.stdout


def test_a_configuration_that_is_broken_hides_no_report(log: str, config_copy: Path) -> None:
    """States are those of before, and that is said."""
    (config_copy / "patterns.toml").write_text("no TOML")
    done = parity("report", "--log", log, "--config", str(config_copy))
    assert (done.returncode, "the states of clusters are those of before" in done.stderr) == (0, True)
    assert NAME in done.stdout


def test_clusters_are_accepted_for_a_time(tmp_path: Path) -> None:
    """With reason, end and name; they count against nothing until then, or until that is withdrawn."""
    url, _, _ = asyncio.run(two_runs(tmp_path))
    names = [cluster_id(KEPT)[:10], cluster_id(NEW)[:10]]
    assert opened(url) == {"task.get": 2, "study.get": 1}
    words = ("--log", url, "--by", "ann")
    done = parity("accept", *names, "--reason", "Next month.", "--expires", FAR, *words)
    assert f"{names[0]} accepted until {FAR} by ann: Next month." in done.stdout
    assert opened(url) == {"study.get": 1}
    shown = parity("show", names[0], "--log", url)
    assert f"accepted until {FAR} by ann: Next month." in shown.stdout
    report = parity("report", "--log", url)
    assert "clusters: 1 open, 0 documented, 2 accepted" in report.stdout
    assert report.stdout.index("study.get 200→200 $.old") < report.stdout.index(KEPT)
    assert parity("accept", names[0], "--withdraw", *words).returncode == 0
    assert opened(url) == {"task.get": 1, "study.get": 1}


def test_the_baseline_is_a_copy_of_the_accepted_ones(tmp_path: Path) -> None:
    """Out of one log and into another."""
    url, _, _ = asyncio.run(two_runs(tmp_path))
    name, file = cluster_id(KEPT)[:10], tmp_path / "baseline.toml"
    words = ("--reason", "Next month.", "--expires", FAR, "--by", "ann")
    parity("accept", name, *words, "--log", url)
    done = parity("baseline", "--log", url, "--to", str(file))
    assert done.stdout == f"{file}: 1 accepted in the diff log\n"
    text = file.read_text()
    assert f"expires = {FAR}" in text
    assert 'by = "ann"' in text
    (tmp_path / "other").mkdir()
    other, _, _ = asyncio.run(two_runs(tmp_path / "other"))
    taken = parity("baseline", "--import", str(file), "--log", other)
    assert taken.stdout == "1 accepted, 0 closed already, 0 had ended\n"
    assert opened(other) == {"task.get": 1, "study.get": 1}
    assert f"accepted until {FAR} by ann: Next month." in parity("show", name, "--log", other).stdout
    file.write_text(text.replace("2999", "2001"))
    assert (
        "0 accepted, 0 closed already, 1 had ended"
        in parity("baseline", "--import", str(file), "--log", other).stdout
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["recheck", "0123"], "no clusters begin with '0123'"),
        (["recheck", "--keys", "x.toml"], "--keys only goes with --new URL"),
        (["recheck", "--new", "http://127.0.0.1:1"], "does not answer"),
        (["accept", "0123", "--reason", "r", "--expires", FAR], "no clusters begin with '0123'"),
        (["accept", "0123"], "give --reason WHY and --expires DATE, or --withdraw"),
        (["accept", "0123", "--reason", "r", "--expires", "2001-12-31"], "has passed"),
        (["accept", "0123", "--withdraw", "--reason", "r"], "--withdraw takes neither"),
        (["baseline", "--keep"], "go with FILE"),
        (["baseline", "x.json", "--reason", "r", "--expires", FAR], "goes with neither --import nor --log"),
    ],
)
def test_bad_input_is_one_line_and_status_2(log: str, arguments: list[str], told: str) -> None:
    """The line says what is wrong."""
    done = parity(*arguments, "--log", log)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert told in done.stderr


def test_what_is_closed_is_not_accepted(log: str, config_copy: Path) -> None:
    """It needs nobody's leave."""
    place = ("--log", log, "--config", str(config_copy))
    parity("file", NAME, "--as", "documented", "--write", "--why", "Ids are numbers here.", *place)
    parity("recheck", *place)
    done = parity("accept", NAME, "--reason", "r", "--expires", FAR, *place)
    assert (done.returncode, "is closed already: documented by" in done.stderr) == (2, True)


def test_a_recheck_as_json(log: str) -> None:
    """Each cluster with what it was, what was found, and where it stands."""
    document = orjson.loads(parity("recheck", NAME, "--log", log, "--json", "-").stdout)
    [found] = document["clusters"]
    assert (found["was"], found["remark"], found["standing"]["state"]) == ("open", "still mismatch", "open")
    assert FIRST.isoformat() != found["standing"]["since"]
