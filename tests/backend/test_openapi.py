"""The OpenAPI document says what the declarations say."""

from pathlib import Path
from typing import Any

import pytest

from backend.app import OPERATIONS
from backend.openapi import openapi_document
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


def test_path_parameters_are_those_of_the_path(document: dict[str, Any]) -> None:
    """A client generator refuses a path whose names do not match."""
    for path, methods in document["paths"].items():
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for operation in methods.values():
            assert {p["name"] for p in operation["parameters"] if p["in"] == "path"} == named, path


def test_problems_name_their_types_and_codes(document: dict[str, Any]) -> None:
    """A client learns which codes an operation can give."""
    response = document["paths"]["/datasets/{dataset_id}"]["get"]["responses"]["404"]
    assert "111" in response["description"]
    narrowed = response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]
    assert narrowed["type"]["enum"] == ["https://openml.org/problems/dataset-not-found"]


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
    defined = set(document["components"]["schemas"])

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"].rpartition("/")[2]} if isinstance(value.get("$ref"), str) else set()
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
