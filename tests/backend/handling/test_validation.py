"""Input into declared parameters, and what is wrong with it into one problem."""

from typing import Annotated, Any

import pytest
from starlette.datastructures import FormData

from backend.handling.validation import read_parameters
from backend.input.filters import FilterCodes, OptionalIds, OptionalLimit, OptionalText
from backend.input.parameters import Parameters, PathId
from backend.input.request_input import RequestInput
from backend.operations import Call, Document, Operation, operation
from backend.problems import InputProblem
from backend.request_bodies import Part

CODES = FilterCodes(unknown="370", illegal="371", no_results="372")


class Asked(Parameters):
    """A path id, an alias and filters."""

    dataset_id: Annotated[int, PathId(zero="110")] = 1
    limit: OptionalLimit = None
    ids: OptionalIds = None
    tag: OptionalText = None


class Pair(Parameters):
    """Two path ids."""

    dataset_id: Annotated[int, PathId(zero="110")]
    engine_id: Annotated[int, PathId()]


async def handler(call: Call[Any]) -> Document:
    """Never called."""
    return {}


LIST = operation("thing.list", parameters=Asked, answer=None, round_trips=1, filters=CODES)(handler)
PAIR = operation("thing.pair", parameters=Pair, answer=None, round_trips=1)(handler)
GET = operation("thing.get", parameters=Asked, answer=None, round_trips=1)(handler)
UPLOAD = operation(
    "thing.upload", parameters=Asked, answer=None, round_trips=1, parts=(Part("file", "A file."),)
)(handler)


def problem(asked: Operation[Any], received: RequestInput, **segments: str) -> InputProblem:
    """What is wrong with this input."""
    with pytest.raises(InputProblem) as refused:
        read_parameters(asked, segments, received)
    return refused.value


def test_path_and_filters_become_one_declaration() -> None:
    """Each by its name."""
    read = read_parameters(LIST, {"dataset_id": "061"}, RequestInput(query=[("ids", "1,2"), ("tag", "x")]))
    assert (read.dataset_id, read.ids, read.tag, read.limit) == (61, (1, 2), "x", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ([("foo", "1"), ("limit", "a"), ("limit", "0")], "370"),
        ([("limit", "a"), ("tag", "x")], "371"),
        ([("ids", "a"), ("limit", "0")], "371"),
        ([("limit", "0")], "372"),
    ],
)
def test_the_code_is_that_of_the_first_mistake_php_finds(query: list[tuple[str, str]], code: str) -> None:
    """Unknown filters, then illegal values, then no results."""
    assert problem(LIST, RequestInput(query=query)).code == code


def test_every_mistake_is_named_with_its_place() -> None:
    """Type, place and input of each; the detail names them all, and the known filters."""
    found = problem(LIST, RequestInput(query=[("foo", "1")], json={"pagination": {"limit": "a"}}))
    assert [(error["type"], error["loc"], error["input"]) for error in found.errors] == [
        ("digits", ["body", "pagination", "limit"], "a"),
        ("extra_forbidden", ["query", "foo"], "1"),
    ]
    assert "foo" in found.detail
    assert "Known filters: dataset_id, limit, ids, tag." in found.detail


def test_unknown_query_parameters_of_a_get_are_ignored() -> None:
    """As PHP does where there are no filters; unknown keys of JSON are errors everywhere."""
    assert read_parameters(GET, {}, RequestInput(query=[("foo", "1")])) == Asked()
    assert problem(GET, RequestInput(json={"foo": 1})).errors[0]["loc"] == ["body", "foo"]


def test_unknown_fields_of_a_form_are_ignored() -> None:
    """As PHP does; where names are judged, as of filters, they are errors."""
    form = FormData([("foo", "1")])
    assert read_parameters(GET, {}, RequestInput(form=form)) == Asked()
    assert problem(LIST, RequestInput(form=form)).errors[0]["loc"] == ["body", "foo"]


def test_a_handler_that_reads_the_body_may_have_any_fields() -> None:
    """Declared ones are still read."""
    assert read_parameters(UPLOAD, {}, RequestInput(json={"foo": 1, "tag": "x"})) == Asked(tag="x")


def test_a_path_segment_cannot_be_given_in_the_query() -> None:
    """The path counts, and the query's is an unknown filter."""
    found = problem(LIST, RequestInput(query=[("dataset_id", "2")]), dataset_id="x")
    assert found.code == "100"


def test_the_code_of_an_id_goes_before_those_of_filters() -> None:
    """Zero has one of its own; a number that is no integer has none."""
    assert problem(LIST, RequestInput(query=[("limit", "a")]), dataset_id="0").code == "110"
    assert problem(LIST, RequestInput(query=[("limit", "a")]), dataset_id="1.0").code is None


def test_zero_is_looked_for_among_numbers_only() -> None:
    """PHP's dispatcher asks whether all ids are numbers before anybody asks whether one is zero."""
    assert problem(PAIR, RequestInput(), dataset_id="0", engine_id="abc").code == "100"
    assert problem(PAIR, RequestInput(), dataset_id="0", engine_id="1.0").code is None


def test_a_key_in_a_json_body_is_not_echoed() -> None:
    """It is no parameter there, and secrets are not repeated."""
    [error] = problem(LIST, RequestInput(json={"api_key": "secret"})).errors
    assert error["input"] is None
