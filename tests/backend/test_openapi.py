"""The OpenAPI document says what the declarations say."""

import re
from pathlib import Path
from typing import Any

import pytest

from backend.app import OPERATIONS
from backend.cli import PINNED_URL
from backend.openapi import openapi_document, pinned
from config.problems import load_problems
from config.routes import load_routes

CONFIG = Path("config")
ROUTES = load_routes(CONFIG)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document of all operations."""
    return openapi_document(OPERATIONS, ROUTES, load_problems(CONFIG), "https://openml.test/")


def test_every_operation_is_described_under_each_of_its_methods(document: dict[str, Any]) -> None:
    """Nothing that answers is missing."""
    ids = [
        operation["operationId"] for methods in document["paths"].values() for operation in methods.values()
    ]
    expected = sum(1 + len(ROUTES[operation.name].new.also) for operation in OPERATIONS)
    assert len(ids) == len(set(ids)) == expected


def test_nothing_is_told_that_only_readers_of_the_code_know(document: dict[str, Any]) -> None:
    """Neither sources nor costs, nor how PHP does it."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    described = [*operations, *document["components"]["schemas"].values()]
    texts = [one["description"] for one in described if "description" in one]
    assert [
        text for text in texts if re.search(r"legacy.notes|contract|recordings,|round trip|\bPHP|``", text)
    ] == []
    assert len(texts) > len(operations)


def test_path_parameters_are_those_of_the_path(document: dict[str, Any]) -> None:
    """A client generator refuses a path whose names do not match."""
    for path, methods in document["paths"].items():
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for operation in methods.values():
            assert {p["name"] for p in operation["parameters"] if p["in"] == "path"} == named, path


def test_problems_name_their_types_and_codes(document: dict[str, Any]) -> None:
    """A client learns which codes an operation can give."""
    reference = document["paths"]["/datasets/{dataset_id}"]["get"]["responses"]["404"]["$ref"]
    assert reference == "#/components/responses/dataset-not-found.111"
    response = document["components"]["responses"]["dataset-not-found.111"]
    assert response["description"] == "Dataset Not Found. Legacy codes: 111."
    narrowed = response["content"]["application/problem+json"]["schema"]["allOf"][1]
    assert narrowed["properties"]["type"] == {"const": "https://openml.org/problems/dataset-not-found"}
    assert (narrowed["properties"]["code"], narrowed["required"]) == ({"enum": ["111"]}, ["code"])


def test_problems_of_parameters_are_told(document: dict[str, Any]) -> None:
    """An id that is not numeric has the code 100, a 0 the code of "please provide"."""
    responses = document["paths"]["/datasets/{dataset_id}"]["get"]["responses"]
    assert responses["422"]["description"] == "Validation Error. Legacy codes: 100, 110."


def test_the_pinned_document_is_that_of_the_declarations() -> None:
    """What the comparison reads changes only when somebody says so."""
    now = pinned(openapi_document(OPERATIONS, ROUTES, load_problems(CONFIG), PINNED_URL))
    assert (CONFIG / "openapi.json").read_bytes() == now, "it changed: run `make openapi`, read the diff"


def test_the_order_of_declarations_is_not_pinned() -> None:
    """Members and enumerations may be declared in any order; parameters and alternatives have theirs."""
    one = {"required": ["a", "b"], "enum": ["x", None], "anyOf": [{"b": 1, "a": 2}, {}]}
    two = {"anyOf": [{"a": 2, "b": 1}, {}], "enum": [None, "x"], "required": ["b", "a"]}
    assert pinned(one) == pinned(two)
    assert pinned(one) != pinned({**one, "anyOf": [{}, {"b": 1, "a": 2}]})


def test_shapes_are_closed(document: dict[str, Any]) -> None:
    """An answer with one member more does not fit."""
    assert document["components"]["schemas"]["Description"]["additionalProperties"] is False


def test_a_download_tells_its_parts_and_redirections(document: dict[str, Any]) -> None:
    """A file may come whole, in part, from elsewhere, or not at all because it is there already."""
    responses = document["paths"]["/data/download/{file_id}/{name}"]["get"]["responses"]
    assert {"200", "206", "302", "304"} <= set(responses)
    assert list(responses["200"]["content"]) == ["*/*"]


def test_constraints_of_parameters_are_told(document: dict[str, Any]) -> None:
    """`limit` starts at 1."""
    parameters = {p["name"]: p for p in document["paths"]["/datasets/list"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """Definitions that two shapes share are there."""
    parts = document["components"].items()
    defined = {f"#/components/{part}/{name}" for part, members in parts for name in members}

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(element) for element in value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert references(document) <= defined


def test_an_upload_tells_its_form(document: dict[str, Any]) -> None:
    """Its description as XML and as JSON, and its files."""
    body = document["paths"]["/datasets"]["post"]["requestBody"]
    assert set(body["content"]) == {"multipart/form-data", "application/json"}
    assert set(body["content"]["multipart/form-data"]["schema"]["properties"]) == {"description", "dataset"}


def test_a_write_is_taken_as_a_form_too(document: dict[str, Any]) -> None:
    """With the same fields."""
    content = document["paths"]["/datasets/tag"]["post"]["requestBody"]["content"]
    assert content["application/x-www-form-urlencoded"] == content["application/json"]
