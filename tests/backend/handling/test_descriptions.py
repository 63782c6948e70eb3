"""Descriptions of uploads: files, fields and JSON, through the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from backend.access import ANYONE
from backend.clock import frozen_clock
from backend.database.connections import Database
from backend.gateway import Gateway
from backend.handling.descriptions import description, given_description, valid
from backend.input.parameters import NoParameters
from backend.operations import Answer, Call, operation
from backend.request_bodies import Part
from backend.resources import Resources
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from config.settings import BackendSettings
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio

XML = (
    '<oml:study xmlns:oml="http://openml.org/openml">\n<oml:main_entity_type>{}</oml:main_entity_type>'
    "<oml:name> A reed bed </oml:name></oml:study>"
)


PARTS = (Part("description", "What it is.", "study_create", required=True),)


@operation("study.create", parameters=NoParameters, answer=None, round_trips=1, access=ANYONE, parts=PARTS)
async def as_file(call: Call[NoParameters]) -> Answer:
    """Answers what it was told."""
    root = await description(call, "description", "study_create", missing="1031", invalid="1032")
    return {"name": root.text("name"), "raw": root.raw("name"), "line": root.children[0].line}


@operation("dataset.edit", parameters=NoParameters, answer=None, round_trips=1, access=ANYONE, parts=PARTS)
async def as_field(call: Call[NoParameters]) -> Answer:
    """Takes a field too, and looks into it before its schema."""
    given = await given_description(call, "edit_parameters", missing="1061", as_field=True)
    root = await valid(call, given, "edit_parameters", "data_edit", code="1060")
    return {"citation": root.text("citation"), "texts": root.texts("creator")}


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of these two operations."""
    config = config_directory(None)
    app = Starlette()
    app.router.default = Gateway([as_file, as_field], load_routes(config))
    app.state.resources = Resources(BackendSettings(), database, load_problems(config), frozen_clock(NOW))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
        yield opened


async def test_a_file_is_read(client: httpx.AsyncClient) -> None:
    """Texts as they stand, or trimmed."""
    answer = await client.post("/studies", files={"description": ("d.xml", XML.format("task"))})
    assert answer.json() == {"name": "A reed bed", "raw": " A reed bed ", "line": 2}


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"main_entity_type": "task", "name": " A reed bed "}},
        {"json": {"description": {"main_entity_type": "task", "name": " A reed bed "}}},
        {"files": {"description": ("d.json", '\n{"name": " A reed bed ", "main_entity_type": "task"}')}},
    ],
)
async def test_json_says_the_same(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """As the body, as a member of it, or as the file."""
    answer = await client.post("/studies", **body)
    assert answer.json() == {"name": "A reed bed", "raw": " A reed bed ", "line": 0}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"data": {"a": "b"}}, "File meta-info is missing."),
        ({"data": {"description": XML.format("task")}}, "File meta-info is missing."),
        ({"files": {"description": ("d.xml", b"")}}, "Filesize is 0 bytes, which is not allowed."),
    ],
)
async def test_no_file_is_told_in_php_s_words(
    client: httpx.AsyncClient, body: dict[str, Any], told: str
) -> None:
    """With the code of the operation."""
    problem = (await client.post("/studies", **body)).json()
    assert (problem["status"], problem["code"], problem["errors"][0]["type"]) == (422, "1031", "missing")
    assert problem["errors"][0]["loc"] == ["body", "description"]
    assert problem["detail"].endswith(told)


@pytest.mark.parametrize(
    ("name", "document", "kind", "context"),
    [
        ("d.xml", XML.format("flow"), "xml_invalid", {"line": 2, "column": 0}),
        ("d.xml", "<oml:study", "xml_invalid", {"line": 1, "column": 11}),
        ("d.xml", '{"main_entity_type": "task"}', "xml_invalid", {"line": 1, "column": 1}),
        ("d.json", '{"main_entity_type": "task"}', "description_invalid", None),
        ("d.json", '{"main_entity_type": }', "description_invalid", {"line": 1, "column": 22}),
    ],
)
async def test_a_fault_names_its_line(
    client: httpx.AsyncClient, name: str, document: str, kind: str, context: dict[str, int] | None
) -> None:
    """Where there are lines; the detail says it too. A file that does not say that it is JSON is read as XML."""
    answer = await client.post("/studies", files={"description": (name, document)})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "1032")
    assert problem["errors"][0]["type"] == kind
    assert problem["errors"][0].get("ctx") == context
    if context:
        assert f"Line {context['line']}, column {context['column']}: " in problem["detail"]


async def test_a_field_is_read_where_php_takes_one(client: httpx.AsyncClient) -> None:
    """And a JSON member of the field's name."""
    edit = '<oml:data_edit_parameters xmlns:oml="http://openml.org/openml">'
    edit += "<oml:creator>Ann</oml:creator><oml:citation>c</oml:citation></oml:data_edit_parameters>"
    expected = {"citation": "c", "texts": ["Ann"]}
    answers = [
        await client.post("/datasets/edit", data={"edit_parameters": edit}),
        await client.post("/datasets/edit", files={"edit_parameters": ("e.xml", edit)}),
        await client.post("/datasets/edit", json={"edit_parameters": {"creator": "Ann", "citation": "c"}}),
    ]
    assert [answer.json() for answer in answers] == [expected] * 3
    empty = await client.post("/datasets/edit", data={"edit_parameters": ""})
    assert empty.json()["code"] == "1061"
