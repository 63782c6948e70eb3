"""Uploaded XML, and the schemas held against what PHP took and refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.input.xml_documents import DEEPEST, IllegalDocument, Node, node, parse, validate
from tests.backend.conftest import Writable

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
    "live.flow.fields.10",
    "live.flow.fields.11",
}
# PHP asked for something else before it asked the schema.
EARLIER = {"POST data/features": (441, 444, 446)}
REFUSED_AT_THE_GATE = (102, 103, 104, 106)


def recorded(endpoint: str) -> Iterator[tuple[str, str, bool]]:
    """Every description that was sent to an endpoint: its step, its text, and whether its schema took it."""
    _, field, code = SCHEMAS[endpoint]
    for file in sorted(RECORDINGS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for step in map(json.loads, lines):
                refused = (*REFUSED_AT_THE_GATE, *EARLIER.get(endpoint, ()))
                if step["_endpoint"] != endpoint or step["_code"] in refused or step["_id"] in OTHERWISE:
                    continue
                parts = step["request"].get("postData", {}).get("params", ())
                texts = [str(part.get("value", "")) for part in parts if part["name"] == field]
                # What is no UTF-8 is whole in the body of the request only.
                if texts and "<" in texts[-1] and "\ufffd" not in texts[-1]:
                    yield step["_id"], texts[-1], step["_code"] != code


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


DATA = b"@relation a\n@attribute b real\n@data\n1\n"

ITERATION = (
    "<trace_iteration><repeat>0</repeat><fold>0</fold><iteration>0</iteration><setup_string>s</setup_string>"
    "<evaluation>1</evaluation><selected>true</selected></trace_iteration>"
)
IDS = "<did>61</did><evaluation_engine_id>1</evaluation_engine_id>"

# Path, root, what is in it, and the code of a document that has nothing of it; where PHP would store what is half
# empty, that of a document that its schema refuses.
UPLOADS = [
    (
        "/datasets",
        "data_set_description",
        "<name>n</name><description>d</description><format>ARFF</format>",
        "133",
    ),
    ("/datasets/features", "data_features", IDS, "443"),
    ("/datasets/qualities", "data_qualities", IDS, "381"),
    ("/tasks", "task_inputs", '<task_type_id>1</task_type_id><input name="source_data">61</input>', "613"),
    ("/flows", "flow", "<name>n</name><description>d</description>", "163"),
    ("/run", "run", "<task_id>1</task_id><flow_id>1</flow_id>", "205"),
    (
        "/run/evaluate",
        "run_evaluation",
        "<run_id>25</run_id><evaluation_engine_id>1</evaluation_engine_id>",
        "425",
    ),
    ("/run/trace", "trace", f"<run_id>25</run_id>{ITERATION}", "562"),
    ("/studies", "study", "<main_entity_type>task</main_entity_type><name>n</name>", "1032"),
    ("/setup/exists", "run", "<flow_id>1</flow_id>", "584"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "start", ["<{0} xmlns='{1}'>{2}</{0}>", "<oml:{0} xmlns:oml='{1}' xmlns='{1}'>{2}</oml:{0}>"]
)
@pytest.mark.parametrize(("path", "root", "inside", "code"), UPLOADS)
async def test_other_prefixes_are_not_read(
    writable: Writable, keys: dict[str, str], path: str, root: str, inside: str, code: str, start: str
) -> None:
    """A document of the default namespace says nothing to PHP, which asks for elements by their prefix."""
    document = start.format(root, "http://openml.org/openml", inside).encode()
    files = {"trace" if root == "trace" else "description": ("d.xml", document)}
    if path == "/datasets":
        files["dataset"] = ("d.arff", DATA)
    answer = await writable.http.post(path, params={"api_key": keys["admin"]}, files=files)
    assert answer.json()["code"] == code


def test_php_names_what_it_could_not_read_twice() -> None:
    """First as a warning, then with its place; the end of a document that never began comes last."""
    with pytest.raises(IllegalDocument) as unread:
        parse(b"no xml")
    assert unread.value.as_php() == (
        "Start tag expected, '<' not found\n. XML does not correspond to XSD schema. "
        "Error Start tag expected, '<' not found\n on line 1 column 1. "
        "Error The document has no document element.\n on line -1 column 0. "
    )
    with pytest.raises(IllegalDocument) as invalid:
        validate(parse(b"<x/>"), "run_upload")
    assert invalid.value.as_php() == (
        "XML does not correspond to XSD schema. Error Element 'x': No matching global declaration available for "
        "the validation root.\n on line 1 column 0. "
    )


def test_documents_that_are_validated_at_once_keep_their_own_faults() -> None:
    """Uploads are validated in threads, and a compiled schema of libxml2 has one list of faults for all of them."""

    def faults(number: int) -> set[str]:
        document = parse(
            f"<oml:run xmlns:oml='http://openml.org/openml'><oml:wrong{number}/></oml:run>".encode()
        )
        found = set()
        for _ in range(100):
            with pytest.raises(IllegalDocument) as invalid:
                validate(document, "run_upload")
            found.add(str(invalid.value))
        return found

    with ThreadPoolExecutor(8) as threads:
        for number, found in enumerate(threads.map(faults, range(8))):
            assert len(found) == 1
            assert f"wrong{number}'" in found.pop()
