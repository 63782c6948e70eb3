"""Results of checks that tests of their outputs write: a difference that is accepted, one that is not."""

from datetime import date

from diffing.cluster import cluster_id
from proxy.checking.check import CheckResult
from proxy.compare.tally import Cluster, Tally
from proxy.reporting.baseline import Accepted, Baseline

KNOWN, NEW = "task.get 200→200 $.known", "task.get 200→200 $.new \x00<&>"
DAY = date(2026, 11, 22)
ENTRY = Accepted(cluster_id(KNOWN), KNOWN, "Known\nsince Monday.", date(2026, 12, 1))
ACCEPTED = Baseline({ENTRY.cluster: ENTRY}).on(DAY)
EXAMPLE = {
    "recording": "task-1",
    "request": "GET /api/v1/json/task/1",
    "path": "$.new",
    "what": "value",
    "legacy": "\x00\ud800",
    "new": "]]>",
    "nearly": ["task-name does not apply: it is about texts."],
}


def result() -> CheckResult:
    """Two clusters of one route, another route of which nothing was compared, one breach."""
    tally = Tally()
    tally.count("task.get", "match", 5)
    tally.count("task.get", "mismatch", 3)
    tally.count("study.get", "skipped:limited", 2)
    tally.clusters = {
        KNOWN: Cluster(KNOWN, "task.get", 1, EXAMPLE),
        NEW: Cluster(NEW, "task.get", 2, EXAMPLE),
    }
    return CheckResult(tally, ("2 mismatch beside 1 in the baseline",))


def parity() -> CheckResult:
    """Nothing differs."""
    tally = Tally()
    tally.count("task.get", "match", 5)
    return CheckResult(tally, ())
