"""What a difference suggests."""

import pytest

from diffing.decode import decode
from diffing.model import Difference
from diffing.paths import MISSING
from diffing.registry import Kind
from proxy.triage.scaffold import Unfit, answers, defect, transforms
from tests.proxy.triage_cases import answer, asked_for, error, problem


def test_one_entry_for_all_paths_of_one_transform() -> None:
    """Rows are generalised; the example is the first of them."""
    found = [Difference(f"$[did={n}].{key}", "type", "1", 1) for n in (1, 2) for key in ("a", "b")]
    [draft] = transforms(found)
    assert draft.keys == {"at": ["$[*].a", "$[*].b"], "transform": "integer"}
    assert (draft.example, draft.near_miss) == (("1", 1), ("1", "1"))


def test_a_key_with_another_name_is_renamed() -> None:
    """It is not gone, and nothing is new."""
    [draft] = transforms([Difference("$.a", "missing", 1, None), Difference("$.b", "extra", None, 1)])
    assert draft.keys == {"at": "$", "transform": "rename", "with": {"from": "a", "to": "b"}}


def test_an_absent_key_has_no_value() -> None:
    """It is not null."""
    [draft] = transforms([Difference(f"$[{row}].a", "extra", None, 7) for row in range(2)])
    assert draft.example == (MISSING, 7)


@pytest.mark.parametrize("new", [7, "text", None, "another value"])
def test_a_near_miss_is_never_empty(new: object) -> None:
    """Where legacy has no value, the new one is another."""
    [draft] = transforms([Difference(f"$[{row}].a", "extra", None, new) for row in range(2)])
    assert draft.near_miss[0] is MISSING
    assert draft.near_miss[1] not in (MISSING, new)


def test_one_example_makes_no_constant() -> None:
    """Two with the same value do, two with other values do not."""
    with pytest.raises(Unfit, match="does not show that it always is"):
        list(transforms([Difference("$[1].a", "extra", None, 7)]))
    with pytest.raises(Unfit, match=r"no transform turns \(absent\) into 7"):
        list(transforms([Difference("$[1].a", "extra", None, 7), Difference("$[2].a", "extra", None, 8)]))


@pytest.mark.parametrize(
    ("path", "what"), [("$", "order"), ("header.allow", "value"), ("$[did=1]", "missing"), ("$.a b", "extra")]
)
def test_what_no_entry_says_is_told(path: str, what: str) -> None:
    """Rows, headers, order, keys that no path can name."""
    with pytest.raises(Unfit):
        list(transforms([Difference(path, what, None, 1)]))


def test_an_error_with_the_same_code_is_a_status() -> None:
    """The code need not be said twice."""
    new = problem(404, "no-results", "999")
    draft = answers(asked_for("tasktype.get", {}), error("999"), {"code": "999"}, decode(new), new)
    assert (draft.kind, draft.keys["new"]) == (Kind.STATUS, {"status": 404, "type": "no-results"})


def test_a_refusal_names_the_request() -> None:
    """What the legacy answer does not show must be shown by something."""
    new = problem(403, "dataset-no-access", "112")
    asked = asked_for("dataset.get", {"data_id": "1.5", "long": "x" * 99}, role="user", method="DELETE")
    draft = answers(asked, answer({}), {}, decode(new), new)
    request = {"method": "DELETE", "role": "user"}
    assert draft.keys["when"] == {**request, "parameters": {"data_id": r"1\.5"}}
    assert draft.request == {**request, "parameters": {"data_id": "1.5"}}


@pytest.mark.parametrize(
    ("method", "parameters", "derive"),
    [("HEAD", {}, "headers"), ("POST", {}, "get"), ("GET", {"offset": "1"}, "offset"), ("GET", {}, "schema")],
)
def test_an_answer_is_derived_where_it_can_be(method: str, parameters: dict[str, str], derive: str) -> None:
    """From another request."""
    asked, new = asked_for("task.list", parameters, method=method), answer([])
    draft = answers(asked, error("999"), {"code": "999"}, decode(new), new)
    assert (draft.kind, draft.keys["derive"]) == (Kind.ACCEPTS, derive)


def test_a_defect_expects_what_new_answers() -> None:
    """With the type and the code of an error."""
    new = problem(404, "no-results", "999")
    draft = defect(asked_for("task.list", {}), "empty_500", decode(new), new)
    assert draft.keys["expect"] == {"status": 404, "type": "no-results", "code": "999"}
    assert draft.near_miss == ({"defect": "empty_500"}, {"status": 200})
