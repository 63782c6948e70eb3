"""The commands that read a diff log, as a user runs them."""

import asyncio
import shutil
from pathlib import Path

import orjson
import pytest
from sqlalchemy import delete

from config.location import PACKAGED
from proxy.dashboard.views import Views
from proxy.log.clusters import SHORT
from proxy.log.counters import Counters
from proxy.log.reading import reading
from proxy.log.tables import moments
from proxy.log.writer import Recorder, open_log
from proxy.reporting.tables import RECORDED_TIMES
from tests.proxy.command import parity
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, KEPT, NEW, OLD, SECOND, finding, two_runs, write_run

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A log of two runs."""
    return asyncio.run(two_runs(tmp_path_factory.mktemp("log")))[0]


def test_a_report_fits_a_hundred_columns_and_cuts_nothing(log: str) -> None:
    """Where the output is no terminal; a curl line is as long as it is."""
    lines = [line for line in parity("report", "--log", log).stdout.splitlines() if "curl" not in line]
    assert max(map(len, lines)) <= 100
    assert not any("…" in line for line in lines)


def test_a_report_of_some_routes(log: str) -> None:
    """By a glob."""
    document = orjson.loads(parity("report", "--log", log, "--route", "study.*", "--json", "-").stdout)
    assert (list(document["routes"]), document["totals"]["received"]) == (["study.get"], 3)


def test_since_counts_by_the_second(log: str) -> None:
    """In reports and readiness, as far as the log knows."""
    for since, count in (("2026-11-22T12:34:56", 11), ("2026-11-22T12:34:57", 0)):
        words = ("--log", log, "--since", since, "--json", "-")
        done = parity("report", *words)
        assert (orjson.loads(done.stdout)["totals"]["received"], done.stderr) == (count, "")
        ready = orjson.loads(parity("readiness", *words).stdout)["routes"]
        assert sum(item["received"] for item in ready) == count


def test_a_report_says_from_when_it_counts(tmp_path: Path) -> None:
    """Where the log does not know the second any more."""
    url, _, _ = asyncio.run(two_runs(tmp_path))

    async def forgotten() -> None:
        async with reading(url) as opened:
            await opened.execute(delete(moments))
            await opened.commit()

    asyncio.run(forgotten())
    done = parity("report", "--log", url, "--since", "2026-11-22T12:50")
    assert "counted from 2026-11-22 12:00 UTC on" in done.stderr
    assert parity("report", "--log", url, "--since", "2026-11-22T12:00").stderr == ""


def test_a_report_as_markdown(log: str) -> None:
    """Alone on stdout."""
    assert parity("report", "--log", log, "--markdown", "-").stdout.startswith("# Parity report\n")


@pytest.mark.parametrize("command", ["report", "readiness"])
def test_times_of_recordings_are_called_so(tmp_path: Path, log: str, command: str) -> None:
    """In every form, and of no other legacy side."""
    url = f"sqlite:///{tmp_path}/log.db"
    asyncio.run(write_run(url, FIRST, changed(finding(FIRST), facts=(("legacy", "recordings"),))))
    for form in ((), ("--markdown", "-")):
        assert RECORDED_TIMES in parity(command, "--log", url, *form).stdout
        assert RECORDED_TIMES not in parity(command, "--log", log, *form).stdout
    told = [orjson.loads(parity(command, "--log", one, "--json", "-").stdout) for one in (url, log)]
    assert [document["recorded_legacy"] for document in told] == [True, False]


def test_a_cluster_is_shown_by_the_name_that_the_comparison_gives(log: str) -> None:
    """Two commands that fit together."""
    clusters = orjson.loads(parity("compare", "--log", log, "--json", "-").stdout)["clusters"]
    assert [(item["signature"], item["state"]) for item in clusters][:2] == [(NEW, "new"), (KEPT, "still")]
    shown = parity("show", clusters[1]["cluster"][:SHORT], "--log", log, "--json", "-")
    assert orjson.loads(shown.stdout)["signature"] == KEPT


def test_new_over_legacy_is_one_thing_everywhere(tmp_path: Path) -> None:
    """The median of the ratios in pairs, with its interval: in the report, in readiness, on both pages."""
    log = f"sqlite:///{tmp_path}/log.db"
    times = [(0.2, 0.1)] * 20 + [(0.1, 100.0)]
    asyncio.run(write_run(log, FIRST, *(finding(FIRST, seconds=pair) for pair in times)))

    async def pages() -> list[list[object]]:
        async with reading(log) as opened:
            overview = await Views(PACKAGED).overview(opened, {})
            latency = await Views(PACKAGED).latency(opened)
        return [
            [overview.rows[0][8]],
            [str(overview.context["judged"]["task.get"].latency)],
            list(latency.rows[0][-3:]),
        ]

    report = orjson.loads(parity("report", "--log", log, "--json", "-").stdout)
    ready = orjson.loads(parity("readiness", "--log", log, "--route", "task.get", "--json", "-").stdout)
    ratio = report["latency"]["task.get"]["ratio"]
    assert ratio == ready["routes"][0]["latency_ratio"]
    assert 0.45 < ratio["low"] <= ratio["median"] <= ratio["high"] < 0.55
    told = f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"
    numbers = [round(ratio[name], 2) for name in ("median", "low", "high")]
    assert asyncio.run(pages()) == [[ratio["median"]], [told], numbers]
    for command in ("report", "readiness"):
        assert told in parity(command, "--log", log).stdout


@pytest.mark.parametrize(("enough", "told"), [(12, "fixed"), (13, "not seen again in 12 compared")])
def test_command_and_page_agree(tmp_path: Path, enough: int, told: str) -> None:
    """On what is fixed, by the setting of reports.toml."""
    log, config = f"sqlite:///{tmp_path}/log.db", tmp_path / "config"
    shutil.copytree(PACKAGED, config, ignore=shutil.ignore_patterns("sample", "*.py"))
    (config / "reports.toml").write_text(f"[clusters]\nfixed_after = {enough}\n")
    asyncio.run(write_run(log, FIRST, finding(FIRST, OLD)))
    asyncio.run(write_run(log, SECOND, *(finding(SECOND, route="study.get") for _ in range(12))))

    async def page() -> object:
        async with reading(log) as opened:
            [row] = (await Views(config).compare(opened, {})).rows
        return row[0]

    words = ("compare", "--log", log, "--config", str(config), "--markdown", "-")
    assert asyncio.run(page()) == told
    assert f"| {told} | study.get" in parity(*words).stdout
    assert f"| {told} | study.get" in parity(*words, "--since", str(SECOND)).stdout


def test_a_time_can_be_compared_with_what_was_before(log: str) -> None:
    """Instead of two runs."""
    done = parity("compare", "--since", "2026-11-22", "--log", log)
    assert "clusters 3: new 1 · still 1 · fixed 0 · unseen 1 · unasked 0" in done.stdout


def test_watching_tells_a_line_each_time(log: str) -> None:
    """Where the output is no terminal."""
    done = parity("watch", "--log", log, "--every", "0.1", "--times", "2")
    assert done.stdout.count("received 14 · compared 14") == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "0123"], "no clusters begin with '0123'"),
        (["compare", "nothing"], "no runs begin with 'nothing'"),
        (["report", "--since", "noon"], "--since wants a time like"),
    ],
)
def test_bad_input_is_one_line_and_status_2(log: str, arguments: list[str], told: str) -> None:
    """The line says what is wrong."""
    done = parity(*arguments, "--log", log)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert told in done.stderr


def test_a_dashboard_of_no_log_does_not_start(tmp_path: Path) -> None:
    """One line and exit status 2, as for the other commands."""
    done = parity("dashboard", "--log", f"sqlite:///{tmp_path / 'absent.db'}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "there is no diff log" in done.stderr


@pytest.mark.parametrize("command", [("report",), ("watch", "--times", "1")])
def test_a_route_that_nobody_asked_for_is_told(log: str, command: tuple[str, ...]) -> None:
    """A mistyped name is no empty report without a word."""
    done = parity(*command, "--log", log, "--route", "task.gte")
    assert done.stderr == (
        "parity: nothing in the log fits --route 'task.gte'; routes are named like dataset.get\n"
    )


def test_runs_of_one_proxy_are_not_taken_for_before_and_after(tmp_path: Path) -> None:
    """Workers and replicas write a run each."""

    async def together() -> None:
        recorders = [Recorder(open_log(f"sqlite:///{tmp_path}/log.db"), Counters()) for _ in range(2)]
        for recorder in recorders:
            await recorder.open()
        for recorder in recorders:
            await recorder.aclose()

    asyncio.run(together())
    done = parity("compare", "--log", f"sqlite:///{tmp_path}/log.db")
    assert "wrote at the same time (workers or replicas of one proxy?); compare --since TIME" in done.stderr
    assert parity("compare", "--since", "2026-11-22", "--log", f"sqlite:///{tmp_path}/log.db").stderr == ""


def test_runs_one_after_the_other_are_compared_without_a_word(log: str) -> None:
    """As after a restart."""
    assert parity("compare", "--log", log).stderr == ""
