"""A check as JUnit XML."""

from dataclasses import replace
from pathlib import Path

from lxml import etree

from diffing.model import Comparison, Observation, Outcome
from proxy.checking.check import CheckResult
from proxy.checking.junit import junit
from proxy.message.translation import Untranslatable
from proxy.recordings.recording import read_recordings
from tests.proxy.checks import ACCEPTED, EXAMPLE, NEW, parity, result
from tests.proxy.exchanges import replayed_exchange

TASKTYPES = Path(__file__).parents[2] / "recordings" / "read" / "tasktype.jsonl.gz"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "junit.xsd"))


def written(found: CheckResult) -> etree._Element:
    """The file as a CI system reads it: it fits the schema."""
    root = etree.fromstring(junit(found, ACCEPTED))
    SCHEMA.assertValid(root)
    return root


def test_the_numbers_are_those_of_the_cases() -> None:
    """In the head and in each suite."""
    root = written(result())
    assert [root.get(name) for name in ("tests", "failures", "skipped")] == ["6", "2", "2"]
    for suite in root.iter("testsuite"):
        cases = [len(suite.findall(path)) for path in ("testcase", "testcase/failure", "testcase/skipped")]
        assert [int(suite.get(name) or -1) for name in ("tests", "failures", "skipped")] == cases


def test_a_difference_fails_and_an_accepted_one_is_skipped() -> None:
    """With what a reader needs."""
    root = written(result())
    failed = [case.get("name", "")[11:] for case in root.iter("testcase") if case.find("failure") is not None]
    skipped = [
        case.get("name", "")[11:] for case in root.iter("testcase") if case.find("skipped") is not None
    ]
    assert failed[0] == "task.get 200→200 $.new \\x00<&>"
    assert "task.get 200→200 $.known" in skipped
    assert "GET /api/v1/json/task/1" in str(next(root.iter("failure")).text)
    told = [str(item.get("message")) for item in root.iter("skipped")]
    assert "accepted until 2026-12-01: Known since Monday.; 1 exchanges, at $.new (value)" in told


def test_values_are_json() -> None:
    """Whoever reads it need not know Python; an absent key says so."""
    found = result()
    found.tally.clusters[NEW].example = {**EXAMPLE, "what": "missing", "legacy": [None, True, "a"]}
    text = str(next(written(found).iter("failure")).text)
    assert 'expected [null,true,"a"]\nnew      (absent)' in text


def test_names_are_the_same_in_each_run() -> None:
    """No count is in them, so that a CI system can follow a case."""
    found = result()
    names = {case.get("name") for case in written(found).iter("testcase")}
    found.tally.count("task.get", "mismatch", 4)
    found.tally.clusters[NEW].count += 4
    again = replace(found, breaches=("6 mismatch beside 1 in the baseline",))
    assert {case.get("name") for case in written(again).iter("testcase")} == names
    assert "N mismatch beside N in the baseline" in names


def test_times_are_those_of_the_new_side() -> None:
    """Of each route, and of all; every case has one."""
    recording = next(iter(read_recordings([TASKTYPES])))
    answers = [Observation(200, (), b"", seconds=0.25), Observation(200, (), b"", seconds=0.5), None]
    place = Untranslatable("unknown_path")
    exchanges = tuple(
        replayed_exchange(recording, place, None, answer, Comparison(Outcome.MATCH)) for answer in answers
    )
    found = result()
    found.tally.count(exchanges[0].route, "match", 3)
    root = written(replace(found, exchanges=exchanges))
    [suite] = [item for item in root.iter("testsuite") if item.get("name") == exchanges[0].route]
    assert (root.get("time"), suite.get("time")) == ("0.750", "0.750")
    assert all(case.get("time") for case in root.iter("testcase"))


def test_what_is_accepted_is_counted() -> None:
    """In a case of its own, which passes."""
    [case] = [item for item in written(result()).iter("testcase") if item.get("name") == "baseline"]
    assert case.findtext("system-out") == "baseline: 1 accepted, 1 expires within 14 days"


def test_parity_has_no_failure() -> None:
    """Every route is a case that passed."""
    root = written(parity())
    assert [root.get(name) for name in ("tests", "failures", "skipped")] == ["2", "0", "0"]
