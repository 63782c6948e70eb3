"""Lists in which administrators see more: each further row must be one that nobody else is shown."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from config.openapi import load_openapi
from config.routes import RowList
from diffing.administrators import MOST_PLACES, further_differences, rows_for_administrators
from diffing.further import ExchangeFacts, Further, Needed, Sources, Underived
from diffing.model import Asked, FollowUp, Observation
from diffing.rules.shapes import Shape, compiled
from tests.diffing.registry import LIST

JSON = (("Content-Type", "application/json"),)
PUBLIC = [{"id": 1, "a": 1}]


def exchange(
    stranger: object, status: int = 200, shape: Shape | None = None, **parameters: str
) -> ExchangeFacts:
    """An administrator's, with what a stranger is shown."""
    answer = Observation(status, JSON, json.dumps(stranger).encode())
    answers: dict[Further, Observation] = {(FollowUp.STRANGER, None): answer}
    for one, found in ((2, 200), (8, 404), (9, 200)):
        answers[FollowUp.PREMISE, f"/things/{one}"] = Observation(
            found, JSON, json.dumps({"id": one}).encode()
        )
    return ExchangeFacts(Asked(LIST, "GET", parameters, "admin"), Sources(answers), shape)


def test_what_only_an_administrator_sees_may_be_there() -> None:
    """Where PHP finds nothing, too."""
    further = {"id": 9, "a": 2}
    assert rows_for_administrators(PUBLIC, [*PUBLIC, further], [], exchange(PUBLIC)) == (PUBLIC, PUBLIC)
    assert rows_for_administrators([], [further], [], exchange({"status": 404}, 404)) == ([], [])


def test_the_list_is_asked_for_without_a_key_only_where_there_is_more() -> None:
    """Equal lists need nothing further."""
    alone = ExchangeFacts(Asked(LIST, "GET", {}, "admin"))
    assert rows_for_administrators(PUBLIC, PUBLIC, [], alone) == (PUBLIC, PUBLIC)
    with pytest.raises(Needed):
        rows_for_administrators(PUBLIC, [*PUBLIC, {"id": 9}], [], alone)


@pytest.mark.parametrize(
    "new",
    [
        [{"id": 1, "a": 2}],
        [*PUBLIC, {"id": 2, "a": 1}],
        [*PUBLIC, {"id": 9, "a": 1}, {"id": 9, "a": 1}],
        [*PUBLIC, {"id": 8, "a": 1}],
    ],
    ids=["another value", "shown to strangers", "twice", "of something that is not there"],
)
def test_other_rows_stay_to_be_compared(new: list[object]) -> None:
    """They are differences."""
    legacy, kept = rows_for_administrators(PUBLIC, new, [], exchange([*PUBLIC, {"id": 2, "a": 1}]))
    assert (legacy, kept) == (PUBLIC, new)


def test_a_further_row_must_fit_the_schema() -> None:
    """A value of another type stays, to be a difference."""
    answer = load_openapi(Path("config"))["study.list"].answer
    assert answer is not None
    row = {
        **dict.fromkeys(("id", "creator"), 9),
        **dict.fromkeys(("alias", "benchmark_suite"), None),
        **dict.fromkeys(("main_entity_type", "name", "status"), "task"),
        "creation_date": "2020-01-01T00:00:00",
    }
    shape = compiled(answer)
    assert list(shape.fits([row])) == []
    assert rows_for_administrators([], [row], [], exchange([], shape=shape)) == ([], [])
    wrong = {**row, "creator": "9"}
    assert rows_for_administrators([], [wrong], [], exchange([], shape=shape)) == ([], [wrong])


def test_a_cut_list_is_compared_as_such() -> None:
    """Which rows come is another choice of more rows."""
    new: list[object] = [{"id": 9}]
    assert rows_for_administrators(PUBLIC, new, [], exchange(PUBLIC, limit="1")) == (PUBLIC, new)


def test_without_an_answer_nothing_can_be_told() -> None:
    """A side that fails proves nothing."""
    with pytest.raises(Underived):
        rows_for_administrators(PUBLIC, [{"id": 9}], [], exchange({}, 503))


def told(name: str, rows: list[dict[str, object]], *, ordered: bool = False) -> ExchangeFacts:
    """An exchange of which strangers see nothing, and the new side says of each thing what a row says."""
    route = replace(LIST, rows=(RowList("$", ("id",), ordered=ordered),))
    answers: dict[Further, Observation] = {(FollowUp.STRANGER, None): Observation(404, JSON, b"{}")}
    for row in rows:
        said = Observation(200, JSON, json.dumps(row).encode())
        answers[FollowUp.PREMISE, f"/{name}/{row['id']}"] = said
    return ExchangeFacts(Asked(route, "GET", {}, "admin"), Sources(answers))


def test_a_further_row_says_what_is_said_of_its_thing() -> None:
    """Type and letter case count; what only the list says is not known."""
    right: dict[str, object] = {"id": 9, "a": "x", "seen": 1}
    exchange = told("things", [{"id": 9, "a": "x"}])
    assert rows_for_administrators([], [right], [], exchange) == ([], [])
    for other in ("X", "y", 1, None, ["x"]):
        wrong = {**right, "a": other}
        assert rows_for_administrators([], [wrong], [], exchange) == ([], [wrong])


def test_a_further_row_stands_in_the_order_of_the_list() -> None:
    """Where both sides order it; a list in another order is compared as it is."""
    rows: list[dict[str, object]] = [{"id": 8}, {"id": 9}]
    for ordered, kept in ((False, []), (True, rows[::-1])):
        exchange = told("things", rows, ordered=ordered)
        assert rows_for_administrators([], rows[::-1], [], exchange) == ([], kept)
    assert rows_for_administrators([], rows, [], told("things", rows, ordered=True)) == ([], [])


def test_not_every_row_is_asked_for() -> None:
    """A list may have a thousand further rows."""
    rows: list[dict[str, object]] = [{"id": number} for number in range(1, MOST_PLACES + 9)]
    exchange = told("things", rows[:MOST_PLACES])
    assert rows_for_administrators([], rows, [], exchange) == ([], [])


def test_a_further_row_of_a_cut_list_is_true() -> None:
    """It may be a public one, but it says what is said of its thing."""
    rows: list[dict[str, object]] = [{"id": 1}, {"id": 9, "a": "x"}]
    exchange = told("things", [{"id": 9, "a": "x"}])
    assert list(further_differences(rows[:1], rows, exchange)) == []
    wrong = {"id": 9, "a": "y"}
    found = list(further_differences(rows[:1], [rows[0], wrong], exchange))
    assert [(one.what, one.new) for one in found] == [("extra", wrong)]
