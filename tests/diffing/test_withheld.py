"""Rows of a legacy list that the new side withholds."""

from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome
from tests.diffing.registry import settled

CONFIG = Path(__file__).parent.parent.parent / "config"
ROUTES, REGISTRY = load_routes(CONFIG), load_registry(CONFIG)
DIFFER = Differ(REGISTRY, load_problems(CONFIG))
CORS = (
    ("access-control-allow-origin", "*"),
    ("access-control-allow-headers", "Origin, X-Requested-With, Content-Type, Accept, Authorization"),
)
VISIBLE = [{"task_id": 1}]


def answer(document: object, status: int = 200) -> Observation:
    """An answer of either side."""
    kind = "application/json" if status == 200 else "application/problem+json"
    return Observation(status, (("content-type", kind), *CORS), orjson.dumps(document))


def problem(code: str, slug: str = "no-results", status: int = 404) -> Observation:
    """An error of the new side."""
    uri = f"https://openml.org/problems/{slug}"
    title = load_problems(CONFIG)[slug].title
    return answer({"type": uri, "title": title, "status": status, "detail": "x", "code": code}, status)


def legacy(*rows: tuple[int, int]) -> Observation:
    """PHP's list of runs: run and task."""
    runs = [
        {
            "run_id": run,
            "task_id": task,
            "setup_id": 1,
            "flow_id": 1,
            "uploader": 2,
            "upload_time": "2016-06-24 07:25:05",
            "error_message": "",
            "run_details": "",
        }
        for run, task in rows
    ]
    return answer({"runs": {"run": runs}})


def young(*rows: tuple[int, int]) -> Observation:
    """The new side's list."""
    runs = orjson.loads(legacy(*rows).body)["runs"]["run"]
    return answer([{**run, "upload_time": "2016-06-24T07:25:05"} for run in runs])


def compared(
    old: Observation, new: Observation, answers: Sequence[Observation], **parameters: str
) -> tuple[Comparison, list[str | None]]:
    """The verdict, with the questions that were asked on the way."""
    asked = Asked(ROUTES["run.list"], "GET", parameters)
    found = DIFFER.compare(asked, old, new)
    questions: list[str | None] = []
    for count, _ in enumerate(answers, 1):
        questions.append(found.question or str(found.follow_up))
        found = settled(DIFFER, asked, old, new, *answers[:count])
    return found, questions


def test_what_the_new_side_hides_may_be_missing() -> None:
    """It is asked for the tasks of the missing rows."""
    found, questions = compared(
        legacy((25, 1), (43, 9), (44, 26)), young((25, 1)), [problem("482")], run="25,43,44"
    )
    assert questions == ["/tasks/list?status=all&task_id=26,9"]
    assert (found.outcome, found.deviations[-1]) == (Outcome.EXPLAINED, "rows-on-private-data")


@pytest.mark.parametrize(
    "tasks", [answer([{"task_id": 9}]), answer([]), problem("480"), problem("482", "forbidden", 403)]
)
def test_what_it_shows_must_be_there(tasks: Observation) -> None:
    """A list that lacks what its caller may see is wrong; so is an answer that proves nothing."""
    rows = legacy((25, 1), (43, 9))
    found, _ = compared(rows, young((25, 1)), [tasks], run="25,43")
    expected = Outcome.EXPLAINED if tasks.body == b"[]" else Outcome.MISMATCH
    assert found.outcome is expected


def test_nothing_may_be_left() -> None:
    """Then there is no result, with the code of the list."""
    found, _ = compared(legacy((43, 9)), problem("512"), [problem("482")], task="9")
    assert found.outcome is Outcome.EXPLAINED
    wrong, _ = compared(legacy((43, 9)), problem("542"), [problem("482")], task="9")
    assert wrong.outcome is Outcome.MISMATCH


def test_other_rows_must_still_be_equal() -> None:
    """What is hidden excuses nothing else."""
    found, _ = compared(legacy((25, 1), (26, 1), (43, 9)), young((25, 1)), [answer(VISIBLE)], run="25,26,43")
    assert found.outcome is Outcome.MISMATCH


def test_a_cut_list_is_asked_for_whole_first() -> None:
    """Then for the tasks of what the whole list does not have; the new side fills the limit with other rows."""
    old, new = legacy((25, 1), (43, 9)), young((25, 1), (26, 1))
    whole = young((25, 1), (26, 1), (27, 1))
    found, questions = compared(old, new, [whole, problem("482")], limit="2", tag="a")
    assert questions == [str(FollowUp.UNLIMITED), "/tasks/list?status=all&task_id=9"]
    assert found.outcome is Outcome.EXPLAINED
    short, _ = compared(old, young((25, 1)), [whole, problem("482")], limit="2", tag="a")
    assert short.outcome is Outcome.MISMATCH


def test_each_missing_tag_is_asked_for() -> None:
    """One question is about one tag; more than can be asked for are missing."""
    asked = Asked(ROUTES["task.tags"], "GET")
    old = answer({"task_tag_list": {"tag": ["a", "my secret", "other"]}})
    one = DIFFER.compare(asked, old, answer(["a", "other"]))
    assert one.question == "/tasks/list?status=all&tag=my%20secret"
    gone = settled(DIFFER, asked, old, answer(["a", "other"]), problem("482"))
    assert gone.outcome is Outcome.EXPLAINED
    there = settled(DIFFER, asked, old, answer(["a", "other"]), answer([{"task_id": 1}]))
    assert there.outcome is Outcome.MISMATCH
    both = settled(DIFFER, asked, old, answer(["a"]), problem("482"), problem("482"))
    assert both.outcome is Outcome.EXPLAINED
    one_shown = settled(DIFFER, asked, old, answer(["a"]), problem("482"), answer([{"task_id": 1}]))
    assert one_shown.outcome is Outcome.MISMATCH
    many = answer({"task_tag_list": {"tag": [f"t{number}" for number in range(30)]}})
    assert DIFFER.compare(asked, many, answer([])).outcome is Outcome.MISMATCH
