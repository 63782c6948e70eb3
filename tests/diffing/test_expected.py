"""What was expected, beside what came."""

from typing import Any

from diffing.compare import Differ
from diffing.expected import documents
from diffing.model import Observation
from tests.proxy.triage_cases import CONTRACT, TASK_TYPE, answer, asked_for, damaged, error, problem

DIFFER = Differ(CONTRACT.registry, CONTRACT.problems)


def _rename(document: Any) -> None:
    document["task_type"]["name"] = "Another"


def test_legacys_answer_has_the_new_form() -> None:
    """So that only what differs is to be seen."""
    asked, legacy, new = damaged(_rename)
    found = documents(DIFFER, asked, legacy, new)
    assert found is not None
    assert isinstance(found.expected, dict)
    assert isinstance(found.new, dict)
    expected, new_document = found.expected["task_type"], found.new["task_type"]
    assert {key for key in new_document if new_document[key] != expected[key]} == {"name"}
    assert (expected["contributor"], TASK_TYPE["task_type"]["contributor"]) == (["Bo Gao"], "Bo Gao")


def test_of_an_error_the_demanded_problem_is_expected() -> None:
    """Status, type and code; the rest is the new side's own."""
    asked = asked_for("flow.get", {"flow_id": "4"})
    found = documents(DIFFER, asked, error("181"), problem(410, "flow-not-found", "181"))
    assert found is not None
    assert isinstance(found.expected, dict)
    assert isinstance(found.new, dict)
    assert (found.expected["status"], found.new["status"]) == (404, 410)
    assert {key for key in found.new if found.new[key] != found.expected[key]} == {"status"}


def test_where_no_entry_is_about_the_error_nothing_is_expected() -> None:
    """Nor where an answer is no document."""
    asked = asked_for("flow.get", {"flow_id": "4"})
    assert documents(DIFFER, asked, error("999"), problem(404, "flow-not-found", "999")) is None
    page = Observation(200, (("Content-Type", "text/html"),), b"<p>", 0.1)
    assert documents(DIFFER, asked, page, answer({})) is None
    assert documents(DIFFER, asked, answer({}), page) is None
