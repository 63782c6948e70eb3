"""A check as JUnit XML."""

from pathlib import Path

from lxml import etree

from proxy.check import CheckResult
from proxy.checking.junit import junit
from tests.proxy.checks import ACCEPTED, parity, result

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "junit.xsd"))


def written(found: CheckResult) -> etree._Element:
    """The file as a CI system reads it: it fits the schema."""
    root = etree.fromstring(junit(found, ACCEPTED))
    SCHEMA.assertValid(root)
    return root


def test_the_numbers_are_those_of_the_cases() -> None:
    """In the head and in each suite."""
    root = written(result())
    assert [root.get(name) for name in ("tests", "failures", "skipped")] == ["5", "2", "2"]
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


def test_parity_has_no_failure() -> None:
    """Every route is a case that passed."""
    root = written(parity())
    assert [root.get(name) for name in ("tests", "failures", "skipped")] == ["1", "0", "0"]
