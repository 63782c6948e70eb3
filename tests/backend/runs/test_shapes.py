"""Documents of runs."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from backend.runs import shapes


@pytest.mark.parametrize(
    ("stored", "shown"), [("0.8760", 0.876), ("n/a", "n/a"), ("007", "007"), ("", None), ("0", 0.0)]
)
def test_an_evaluation_of_a_trace_is_a_number_where_it_can_be(stored: str, shown: object) -> None:
    """The column is text; what is no number stays as it is, and nothing is null."""
    row = SimpleNamespace(
        repeat=0, fold=0, iteration=0, setup_string="{}\r\n", evaluation=stored, selected="true"
    )
    (iteration,) = shapes.trace(26, cast(Any, [row]), "26")["trace"]
    assert (iteration["evaluation"], iteration["setup_string"]) == (shown, "{}")


@pytest.mark.parametrize(("stored", "shown"), [("true", True), ("false", False), ("", None)])
def test_whether_an_iteration_was_selected(stored: str, shown: bool | None) -> None:
    """Outside strict mode the column can hold empty text, which is neither."""
    row = SimpleNamespace(repeat=0, fold=0, iteration=0, setup_string="", evaluation="1", selected=stored)
    assert shapes.trace(26, cast(Any, [row]), "26")["trace"][0]["selected"] is shown


def test_the_server_prints_no_negative_zero() -> None:
    """So there is none here."""
    assert str(shapes.score(-0.0)) == "0.0"
