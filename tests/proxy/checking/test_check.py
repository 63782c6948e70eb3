"""What makes a check fail."""

from pathlib import Path

import pytest

from config.routes import RouteMap, load_routes
from diffing.model import Comparison, Outcome, SkipReason
from proxy.checking.check import CheckError, FailureLimits, InProcess, breaches, check
from proxy.compare.tally import Tally
from proxy.recordings.recording import RecordingError

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent
CONFIG = ROOT / "config"
TASKTYPES = (ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz",)
MATCH = Comparison(Outcome.MATCH)


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    """The packaged route map."""
    return load_routes(CONFIG)


def counted(*comparisons: Comparison, route: str = "tasktype.get") -> Tally:
    """A tally of exchanges of one route."""
    tally = Tally()
    for comparison in comparisons:
        tally.add(route, comparison, lambda: "s", dict)
    return tally


def test_matches_are_parity(routes: RouteMap) -> None:
    """Nothing to complain about."""
    assert breaches(counted(MATCH), routes, FailureLimits(), None) == []


@pytest.mark.parametrize(
    "outcome", ["mismatch", "new_error", "both_error", "timeout", "too_large", "too_expensive"]
)
def test_these_verdicts_fail_a_check(routes: RouteMap, outcome: str) -> None:
    """The in_force names them."""
    tally = counted(MATCH, Comparison(Outcome(outcome)))
    assert breaches(tally, routes, FailureLimits(), None) == [f"1 {outcome}"]


@pytest.mark.parametrize("outcome", ["explained", "legacy_error"])
def test_these_verdicts_do_not(routes: RouteMap, outcome: str) -> None:
    """A documented deviation and a broken legacy answer that an entry explains are no failure of the new side."""
    found = Comparison(Outcome(outcome), deviations=("why",))
    assert breaches(counted(MATCH, found), routes, FailureLimits(), None) == []


def test_an_undocumented_legacy_error_fails_a_check(routes: RouteMap) -> None:
    """Nobody knows whether the new side is right."""
    found = counted(MATCH, Comparison(Outcome.LEGACY_ERROR))
    assert breaches(found, routes, FailureLimits(), None) == ["1 legacy_error:undocumented"]
    assert [cluster.verdict for cluster in found.clusters.values()] == ["legacy_error:undocumented"]


def test_verdicts_to_fail_on_can_be_chosen(routes: RouteMap) -> None:
    """A first check may tolerate mismatches, a late one no skip."""
    tally = counted(MATCH, Comparison(Outcome.SKIPPED, SkipReason.XML), Comparison(Outcome.MISMATCH))
    limits = FailureLimits(fail_on=frozenset({"skipped:xml"}))
    assert breaches(tally, routes, limits, None) == ["1 skipped:xml"]


def test_too_few_compared_fail_a_check(routes: RouteMap) -> None:
    """A check that shrinks is red."""
    found = breaches(counted(MATCH), routes, FailureLimits(min_compared=2), None)
    assert found == ["1 compared, fewer than the minimum of 2"]


def test_too_many_skipped_fail_a_check(routes: RouteMap) -> None:
    """A skip that grows is red."""
    tally = counted(MATCH, *[Comparison(Outcome.SKIPPED, SkipReason.XML)] * 2)
    found = breaches(tally, routes, FailureLimits(max_skipped={"xml": 1}), None)
    assert found == ["2 skipped:xml, more than the maximum of 1"]


def test_an_implemented_route_must_be_compared(routes: RouteMap) -> None:
    """A route whose exchanges are all skipped has shown nothing."""
    tally = counted(Comparison(Outcome.SKIPPED, SkipReason.XML))
    assert "nothing was compared for tasktype.get" in breaches(tally, routes, FailureLimits(), None)


def test_scenarios_need_not_compare_what_only_reads(routes: RouteMap) -> None:
    """Recordings of reads do; what writes must be compared."""
    skipped = Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED)
    tally = counted(MATCH, route="task.get")
    tally.add("tasktype.get", skipped, lambda: "s", dict)
    tally.add("dataset.tag", skipped, lambda: "s", dict)
    found = breaches(tally, routes, FailureLimits(), None, scenarios=True)
    assert found == ["nothing was compared for dataset.tag"]


def test_a_route_that_was_asked_for_by_name_must_be_compared(routes: RouteMap) -> None:
    """Also when the recordings do not have it at all."""
    found = breaches(counted(MATCH, route="tasktype.get"), routes, FailureLimits(), "tasktype.list")
    assert found == ["nothing was compared for tasktype.list"]


def test_nothing_compared_is_no_parity(routes: RouteMap) -> None:
    """An empty check is not a green one."""
    assert breaches(Tally(), routes, FailureLimits(), None) == ["nothing was compared"]


@pytest.mark.parametrize("limits", [{"fail_on": frozenset({"bad"})}, {"max_skipped": {"bad": 1}}])
def test_an_unknown_verdict_or_reason_is_wrong_use(limits: dict[str, object]) -> None:
    """A typing error does not make a check weaker."""
    with pytest.raises(CheckError, match=r"no such .*: bad"):
        FailureLimits(**limits)  # type: ignore[arg-type]  # one of two typed arguments, chosen by the test


async def test_a_glob_that_fits_no_route_is_wrong_use() -> None:
    """Nor does a glob."""
    with pytest.raises(CheckError, match="no route fits"):
        await check(TASKTYPES, "http://127.0.0.1:1", CONFIG, limits=FailureLimits(), route="tasktyp.*")


@pytest.mark.parametrize(
    ("side", "why"), [("http://127.0.0.1:1", "does not answer"), ("localhost", "is no URL of a side")]
)
async def test_a_side_that_is_not_there_is_told(side: str, why: str) -> None:
    """It is not counted as a thousand errors."""
    with pytest.raises(CheckError, match=why):
        await check(TASKTYPES, side, CONFIG, limits=FailureLimits())


async def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The message names the file and what would be right."""
    side = InProcess(f"sqlite+aiosqlite:///{tmp_path}/nothing.db")
    with pytest.raises(CheckError, match=r"nothing\.db; load one with"):
        await check(TASKTYPES, side, CONFIG, limits=FailureLimits())


async def test_a_recording_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Before anything is asked."""
    with pytest.raises(RecordingError, match="no such file"):
        await check((tmp_path / "x",), "http://127.0.0.1:1", CONFIG, limits=FailureLimits())


async def test_the_backend_is_run_in_this_process(sqlite_url: str) -> None:
    """The recordings of a route are compared on a loaded database."""
    side = InProcess(sqlite_url, "https://openml.test/", "https://minio.openml.test/")
    result = await check(TASKTYPES, side, CONFIG, limits=FailureLimits(), route="tasktype.*")
    totals = result.tally.totals
    assert (totals.received > 30, totals.compared > 20, totals.of("new_error")) == (True, True, 0)
