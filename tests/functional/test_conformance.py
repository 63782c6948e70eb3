"""An answer that is not as the pinned OpenAPI document says is found; test_corpus looks at all answers."""

import orjson
import pytest

from tests.functional.conformance import Answer, Pinned

PINNED = Pinned()
DATASET = {
    "did": 61,
    "name": "iris",
    "version": 1,
    "format": "ARFF",
    "file_id": 61,
    "status": "active",
    "md5_checksum": "",
    "quality": [{"name": "NumberOfClasses", "value": 3.0}],
}


def listed(document: object) -> Answer:
    """A list of data sets that the backend could answer."""
    return Answer("dataset.list", 200, "application/json", orjson.dumps(document), "GET /datasets/list")


def test_the_example_fits() -> None:
    """So that each change below is what is found."""
    assert PINNED.faults(listed([DATASET])) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"did": "61"},
        {"did": 61.0},
        {"did": None},
        {"further": 1},
        {"quality": {"name": "NumberOfClasses", "value": 3.0}},
        {"quality": [{"name": "NumberOfClasses", "value": 3}]},
        {"file_id": ""},
    ],
    ids=str,
)
def test_what_does_not_fit_is_found(wrong: dict[str, object]) -> None:
    """Another type, another way to write a number, a member more, one instead of a list."""
    assert len(PINNED.faults(listed([DATASET | wrong]))) == 1


def test_a_member_less_is_found() -> None:
    """Unless it may be absent."""
    assert (
        PINNED.faults(listed([{name: value for name, value in DATASET.items() if name != "version"}])) != []
    )


@pytest.mark.parametrize(
    ("status", "wrong"),
    [(404, {}), (404, {"code": "111"}), (404, {"status": 412}), (403, {}), (404, {"type": "about:blank"})],
)
def test_a_problem_is_one_of_those_declared(status: int, wrong: dict[str, object]) -> None:
    """Status, type and legacy code together."""
    problem = {
        "type": "https://openml.org/problems/no-results",
        "title": "No Results Found",
        "status": 404,
        "detail": "No data sets match the filters.",
        "code": "372",
    }
    body = orjson.dumps(problem | wrong)
    faults = PINNED.faults(Answer("dataset.list", status, "application/problem+json", body, "GET"))
    assert (faults == []) == (status == 404 and not wrong)
