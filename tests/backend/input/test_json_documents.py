"""JSON descriptions as the XML documents that they stand for."""

from __future__ import annotations

import pytest

from backend.input.json_documents import described, document
from backend.input.xml_documents import IllegalDocument, Node, node, validate


def read(value: object, schema: str) -> Node:
    """A JSON description, held to its schema."""
    root = document(value, schema)
    validate(root, schema)
    return node(root)


def test_members_become_elements_in_the_order_of_the_schema() -> None:
    """JSON has no order, the schema has one."""
    root = read(
        {"tag": "t", "input": [{"value": "61", "name": "source_data"}], "task_type_id": 1}, "task_upload"
    )
    assert [child.name for child in root.children] == ["task_type_id", "input", "tag"]
    assert root.all("input")[0].attributes == {"name": "source_data"}
    assert root.text("input") == "61"


def test_flows_lie_in_flows() -> None:
    """A component holds a whole flow, to any depth that is allowed."""
    inner = {"name": "b", "description": "d"}
    root = read(
        {"name": "a", "description": "d", "component": [{"identifier": "x", "flow": inner}]}, "flow_upload"
    )
    component = root.all("component")[0].first("flow")
    assert component is not None
    assert component.text("name") == "b"


def test_attributes_and_elements_of_one_element() -> None:
    """Members that the schema has as attributes become attributes."""
    root = read(
        {"run_id": 1, "evaluation_engine_id": 1, "evaluation": [{"name": "kappa", "value": 0.5, "fold": 0}]},
        "run_evaluate",
    )
    evaluation = root.all("evaluation")[0]
    assert evaluation.attributes == {"fold": "0"}
    assert evaluation.text("value") == "0.5"


def test_null_is_not_given_and_booleans_are_words() -> None:
    """A member without value is no element."""
    steps = {"repeat": 0, "fold": 0, "iteration": 0, "setup_string": "{}", "evaluation": 1, "selected": True}
    root = read({"run_id": 1, "trace_iteration": steps}, "run_trace")
    assert root.all("trace_iteration")[0].text("selected") == "true"
    edit = read({"language": None, "citation": "c"}, "data_edit")
    assert [child.name for child in edit.children] == ["citation"]


def _nested(depth: int) -> dict[str, object]:
    flow: dict[str, object] = {"name": "f", "description": "d"}
    for _ in range(depth):
        flow = {"name": "f", "description": "d", "component": {"identifier": "x", "flow": flow}}
    return flow


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        ([], "data_edit", "must be an object"),
        ({"colour": 1}, "data_edit", "no member 'colour'"),
        ({"citation": {"a": 1}}, "data_edit", "must be a text"),
        ({"citation": "a\x00"}, "data_edit", "control character"),
        ({"citation": "a\uffff"}, "data_edit", "control character"),
        ({"language": "two words"}, "data_edit", "pattern"),
        ({"task_type_id": "one", "input": "x"}, "task_upload", "xs:integer"),
        (_nested(40), "flow_upload", "deeper"),
    ],
)
def test_what_no_schema_allows_is_refused(value: object, schema: str, told: str) -> None:
    """Unknown members, wrong types and illegal values are told apart."""
    with pytest.raises(IllegalDocument, match=told):
        read(value, schema)


def test_a_schema_is_described_by_its_names() -> None:
    """What may occur more than once is a list; what contains itself refers to itself."""
    found = described("flow_upload", "#/{model}")
    assert found["properties"]["name"] == {"type": "string"}
    component = found["properties"]["component"]
    assert component["type"] == "array"
    assert component["items"]["properties"]["flow"] == {"$ref": "#/flow_upload"}


def test_numbers_and_what_is_needed_are_described() -> None:
    """As the schema has it."""
    found = described("task_upload", "#/{model}")
    assert found["properties"]["task_type_id"] == {"type": "integer"}
    assert "task_type_id" in found["required"]


def test_the_text_of_an_element_with_attributes_is_described() -> None:
    """As the member `value`."""
    inputs = described("task_upload", "#/{model}")["properties"]["input"]["items"]
    assert set(inputs["properties"]) == {"name", "value"}


def test_a_document_has_as_many_elements_as_one_in_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is more is not made: it would take the time of all others."""
    monkeypatch.setattr("backend.input.json_documents.MOST_ELEMENTS", 5)
    assert len(document({"tag": ["x"] * 4}, "data_upload")) == 4
    with pytest.raises(IllegalDocument, match="more than 5 elements"):
        document({"tag": ["x"] * 5}, "data_upload")
