"""The pinned OpenAPI document is read as it is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.openapi import load_openapi
from config.routes import load_routes

CONFIG = Path("config")
GOOD: dict[str, Any] = {
    "paths": {
        "/things/{id}": {
            "get": {
                "operationId": "thing.get",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                    }
                },
            }
        }
    },
    "components": {"schemas": {"Thing": {"type": "object", "properties": {}}}},
}


def test_every_route_that_answers_is_described() -> None:
    """Under its name, and under one more where POST reads."""
    routes = {route.name for route in load_routes(CONFIG) if route.implemented}
    names = load_openapi(CONFIG).keys()
    assert {name for name in names if not name.endswith(".by_post")} == routes


def test_the_answer_and_the_parameters_of_an_operation() -> None:
    """The schema of a success, and what a request may say where."""
    operation = load_openapi(CONFIG)["dataset.get"]
    assert operation.answer is not None
    assert operation.answer.members["creator"].types == {"array"}
    (parameter,) = operation.parameters
    assert (parameter.name, parameter.place, parameter.required) == ("dataset_id", "path", True)
    assert parameter.schema.types == {"integer"}


def test_a_list_takes_its_filters_from_the_query_or_the_body() -> None:
    """The same ones."""
    found = load_openapi(CONFIG)
    asked = {p.name: p.schema for p in found["dataset.list"].parameters if p.place == "query"}
    posted = {p.name: p.schema for p in found["dataset.list.by_post"].parameters if p.place == "body"}
    assert asked == posted != {}


def test_what_is_no_json_has_no_schema() -> None:
    """A file, and a deletion without a body."""
    found = load_openapi(CONFIG)
    assert found["file.download"].answer is None
    assert (found["user.delete"].answer, found["user.delete"].status) == (None, 204)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "is not JSON"),
        (b"[]", "components: is not as"),
        (b"[" * 100_000, "is not JSON"),
        (json.dumps(GOOD).replace('"operationId"', '"x"').encode(), "paths /things/{id} get: is not as"),
        (
            json.dumps(GOOD).replace("schemas/Thing", "schemas/None").encode(),
            "paths /things/{id} get: is not as",
        ),
        (json.dumps(GOOD).replace('"200"', '"404"').encode(), "paths /things/{id} get: is not as"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: bytes, said: str) -> None:
    """The file, and where in it."""
    (tmp_path / "openapi.json").write_bytes(text)
    with pytest.raises(ConfigError, match=r"openapi\.json") as error:
        load_openapi(tmp_path)
    assert said in str(error.value)


def test_the_example_without_a_mistake_is_read(tmp_path: Path) -> None:
    """So that each mistake above is the one that is found."""
    (tmp_path / "openapi.json").write_text(json.dumps(GOOD), encoding="utf-8")
    assert list(load_openapi(tmp_path)) == ["thing.get"]


def test_a_configuration_of_0_1_0_has_none(tmp_path: Path) -> None:
    """Then that which is shipped counts."""
    assert load_openapi(tmp_path) == load_openapi(Path("config"))
