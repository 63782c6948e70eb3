"""Uploaded XML, and the schemas held against what PHP took and refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.input.xml_documents import DEEPEST, IllegalDocument, Node, node, parse, validate

RECORDINGS = Path(__file__).parent.parent.parent / "recordings" / "write"

# Endpoint: schema, field, PHP's code for what its schema refuses.
SCHEMAS = {
    "POST data": ("data_upload", "description", 131),
    "POST data/edit": ("data_edit", "edit_parameters", 1060),
    "POST data/features": ("data_features", "description", 443),
    "POST data/qualities": ("data_qualities", "description", 383),
    "POST task": ("task_upload", "description", 613),
    "POST flow": ("flow_upload", "description", 163),
    "POST run": ("run_upload", "description", 202),
    "POST setup/exists": ("run_upload", "description", 582),
    "POST setup/partial": ("run_upload", "description", 582),
    "POST run/evaluate": ("run_evaluate", "description", 423),
    "POST run/trace": ("run_trace", "trace", 562),
    "POST study": ("study_create", "description", 1032),
}
# PHP asks for data set and engine first, and reads a form field through a filter that takes its prefixes away.
OTHERWISE = {
    "data.features-errors.4",
    "data.features-errors.5",
    "data.features-errors.6",
    "data.features-broken.1",
    "flow.upload-errors.8",
}
REFUSED_AT_THE_GATE = (102, 103, 104, 106)


def recorded(endpoint: str) -> Iterator[tuple[str, str, bool]]:
    """Every description that was sent to an endpoint: its step, its text, and whether its schema took it."""
    _, field, code = SCHEMAS[endpoint]
    for file in sorted(RECORDINGS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for step in map(json.loads, lines):
                if step["_endpoint"] != endpoint or step["_code"] in REFUSED_AT_THE_GATE:
                    continue
                for part in step["request"].get("postData", {}).get("params", ()):
                    text = str(part.get("value", ""))
                    if part["name"] == field and "<" in text and step["_id"] not in OTHERWISE:
                        yield step["_id"], text, step["_code"] != code


def accepted(text: str, schema: str) -> bool:
    """Whether a schema of ours takes a document."""
    try:
        validate(parse(text.encode()), schema)
    except IllegalDocument:
        return False
    return True


@pytest.mark.parametrize("endpoint", SCHEMAS)
def test_a_schema_takes_what_php_took_and_nothing_else(endpoint: str) -> None:
    """Every recorded upload is valid here exactly when it was for PHP."""
    schema = SCHEMAS[endpoint][0]
    outcomes = [(step, took, accepted(text, schema)) for step, text, took in recorded(endpoint)]
    assert outcomes
    assert [step for step, took, takes in outcomes if took != takes] == []


def test_a_document_becomes_plain_values() -> None:
    """Texts are kept as they stand and trimmed on request; comments are nothing."""
    root = node(
        parse(
            b'<oml:a xmlns:oml="http://openml.org/openml">\n<oml:b x="1"> one<!-- no --> </oml:b><oml:b/>'
            b"<oml:c>&lt;&#233;</oml:c></oml:a>"
        )
    )
    assert root.name == "a"
    assert root.raw("b") == " one "
    assert root.text("b") == "one"
    assert root.texts("b") == ["one", ""]
    assert root.all("b")[0].attributes == {"x": "1"}
    assert root.text("c") == "<é"
    assert root.text("d") is None
    assert root.first("b") == Node("b", " one ", {"x": "1"}, (), 2)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (b"", (1, 1)),
        (b"<a>", (1, 4)),
        (b"\n<a></b>", (2, 8)),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', (1, 0)),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>\n&e;</a>', (2, 0)),
        (b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1), (-1, 0)),
    ],
)
def test_a_dangerous_or_broken_document_is_refused(document: bytes, place: tuple[int, int]) -> None:
    """What is wrong is told with its line and column."""
    with pytest.raises(IllegalDocument) as caught:
        parse(document)
    fault = caught.value.faults[0]
    assert (fault.line, fault.column) == place


def test_a_document_type_may_be_declared() -> None:
    """PHP takes it, too; nothing is read because of it."""
    document = b'<!DOCTYPE a SYSTEM "file:///nowhere.dtd" [<!ENTITY e "x">]><a b="&e;">1</a>'
    assert node(parse(document)) == Node("a", "1", {"b": "x"}, (), 1)


def test_a_violation_names_its_line() -> None:
    """The schema's complaint says where the element stands."""
    document = parse(
        b'<oml:trace xmlns:oml="http://openml.org/openml">\n<oml:run_id>-1</oml:run_id>\n</oml:trace>'
    )
    with pytest.raises(IllegalDocument, match=r"Line 2, column 0: .*run_id.*nonNegativeInteger"):
        validate(document, "run_trace")


def test_elements_are_bounded() -> None:
    """They are counted before any of them is made."""
    with pytest.raises(IllegalDocument, match="more than 1000000 elements"):
        parse(b"<a>" + b"<b/>" * 2_000_001 + b"</a>")
