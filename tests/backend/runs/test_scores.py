"""Which repeats, folds and samples scores may have."""

from __future__ import annotations

import pytest

from backend.input.xml_documents import Node
from backend.runs.scores import SplitProcedure, illegal, names


def score(name: str = "kappa", **places: str) -> Node:
    """A score of an uploaded description."""
    return Node("evaluation", attributes=places, children=(Node("name", f" {name} "),))


FOLDS = SplitProcedure("crossvalidation", 2, 10, samples=False, instances=150)
CURVE = SplitProcedure("crossvalidation", 1, 10, samples=True, instances=150)
NEITHER = SplitProcedure("testthentrain", None, None, samples=False, instances=150)
LEFT_OUT = SplitProcedure("leaveoneout", 1, None, samples=True, instances=100)


@pytest.mark.parametrize(
    ("procedure", "places"),
    [
        (FOLDS, {}),
        (FOLDS, {"repeat": "1", "fold": "9"}),
        (FOLDS, {"repeat": "-1", "fold": "-5"}),
        (NEITHER, {"fold": "0"}),
        (CURVE, {"repeat": "0", "fold": "9", "sample": "3"}),
        (LEFT_OUT, {"sample": "2"}),
    ],
)
def test_places_that_a_procedure_has(procedure: SplitProcedure, places: dict[str, str]) -> None:
    """Counting starts with 0; fold 0 and negative numbers are never looked at."""
    assert illegal([score(**places)], procedure) == []


@pytest.mark.parametrize(
    ("procedure", "places", "shown"),
    [
        (FOLDS, {"repeat": "2"}, "kappa(2)"),
        (FOLDS, {"fold": "10"}, "kappa(, 10)"),
        (FOLDS, {"repeat": "0", "fold": "0", "sample": "0"}, "kappa(0, 0, 0)"),
        (NEITHER, {"repeat": "0", "fold": "0"}, "kappa(0, 0)"),
        (NEITHER, {"fold": "1"}, "kappa(, 1)"),
        (CURVE, {"repeat": "0", "fold": "9", "sample": "4"}, "kappa(0, 9, 4)"),
        (LEFT_OUT, {"sample": "3"}, "kappa(, , 3)"),
        (FOLDS, {"fold": "9" * 5000}, f"kappa(, {'9' * 5000})"),
    ],
)
def test_places_that_a_procedure_lacks(procedure: SplitProcedure, places: dict[str, str], shown: str) -> None:
    """They are named as PHP names them."""
    assert illegal([score(**places)], procedure) == [shown]


@pytest.mark.parametrize(
    ("instances", "count"), [(100, 2), (150, 4), (898, 9), (1000, 9), (5000, 14), (0, 1)]
)
def test_the_number_of_samples_follows_from_the_data(instances: int, count: int) -> None:
    """Examples of the legacy notes (task 3.10), for ten folds."""
    procedure = SplitProcedure("crossvalidation", 1, 10, samples=True, instances=instances)
    assert illegal([score(sample=str(count - 1))], procedure) == []
    assert illegal([score(sample=str(count))], procedure) == [f"kappa(, , {count})"]


def test_each_measure_is_named_once() -> None:
    """In the order of the description."""
    assert names([score("b"), score("a", fold="1"), score("b", fold="2")]) == ["b", "a"]
