"""PHP's conversion of XML to JSON."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffing.xml_tree import NotXml, json_tree, parse_xml

NAMESPACE = b'<oml:a xmlns:oml="http://openml.org/openml">%s</oml:a>'


@pytest.mark.parametrize(
    ("xml", "tree"),
    [
        (b"<a/>", []),
        (b"<a>  </a>", []),
        (b"<a><b>0</b></a>", {"b": "0"}),
        (b"<a><b>x</b><c>1</c><b>y</b></a>", {"b": ["x", "y"], "c": "1"}),
        (b"<a><b/><b>y</b></a>", {"b": [[], "y"]}),
        (b"<a><b/><b/><b/></a>", {"b": [[], [], []]}),
        (b'<a name="n">v</a>', {"name": "n", "value": "v"}),
        (b'<a name="n"/>', {"name": "n"}),
        (b'<a name="n"><name>c</name></a>', {"name": "c"}),
        (b"<a><value>c</value>text</a>", {"value": "text"}),
        (b"<a> hello <b>x</b> world </a>", {"b": "x", "value": "hello  world"}),
        (b"<a>p<i>q</i>r</a>", {"i": "q", "value": "pr"}),
        (b"<a>a\r\nb</a>", "a\nb"),
        (b"<a>x<!-- y -->z</a>", "xz"),
        ("<a>\u00a0x</a>".encode(), "\u00a0x"),
        (NAMESPACE % b"<i>1</i><oml:b>2</oml:b><i>3</i>", {"b": "2", "i": ["1", "3"]}),
    ],
)
def test_conversion(xml: bytes, tree: object) -> None:
    """The rules and examples of legacy notes, data 5.3."""
    assert json_tree(parse_xml(xml)) == {"a": tree}


@pytest.mark.parametrize(
    "xml", [b"<a>&</a>", b"<a>\x01</a>", b"<a>&eacute;</a>", b"<a>" * 300 + b"</a>" * 300]
)
def test_what_is_not_well_formed_is_refused(xml: bytes) -> None:
    """PHP pastes texts unescaped; its own JSON form dies of them."""
    with pytest.raises(NotXml):
        parse_xml(xml)


def twins() -> Iterator[tuple[str, bytes, str]]:
    """Paths recorded in both forms by the same caller, where PHP makes the JSON by converting the XML."""
    answers: dict[tuple[str, str, str], tuple[bytes, str]] = {}
    entries = []
    for file in sorted(Path("tests/recordings/read").glob("*.jsonl.gz")):
        with gzip.open(file) as lines:
            entries += [json.loads(line) for line in lines]
    for entry in entries:
        request, response = entry["request"], entry["response"]
        text, media = response["content"].get("text", ""), response["content"]["mimeType"]
        if request["method"] == "GET" and response["status"] in (200, 412) and text and "json" in media:
            path = request["url"].removeprefix("https://openml.test").replace("/api/v1/json/", "/")
            answers[path, entry["_as"], "json"] = (text.encode(), entry["_id"])
    for entry in entries:
        request, response = entry["request"], entry["response"]
        path = request["url"].removeprefix("https://openml.test")
        path = path.replace("/api/v1/xml/", "/").replace("/api/v1/", "/")
        twin = answers.get((path, entry["_as"], "json"))
        if (
            request["method"] == "GET"
            and not entry.get("_volatile")
            and "xml" in response["content"]["mimeType"]
            and twin
        ):
            yield entry["_id"], response["content"]["text"].encode(), twin[0].decode()


# Templates of their own in each form (legacy notes, data 5.1).
NATIVE = {"data", "tasks", "flows", "runs", "evaluations"}
NATIVE |= {f"{kind}_tag_list" for kind in ("data", "task", "flow", "run", "setup")}


def test_the_recorded_xml_is_the_recorded_json() -> None:
    """For every path recorded in both forms, but for the templates that have a JSON form of their own."""
    compared, different = 0, []
    for name, xml, text in twins():
        try:
            tree = json_tree(parse_xml(xml))
            document = json.loads(text)
        except (NotXml, ValueError):
            continue
        if next(iter(document)) in NATIVE:
            continue
        compared += 1
        if tree != document:
            different.append(name)
    assert different == []
    assert compared > 400


def test_more_elements_than_any_answer_has_are_refused() -> None:
    """Each costs a hundred times its bytes."""
    with pytest.raises(NotXml, match="1000000 signs"):
        parse_xml(b"<a>" + b"<b/>" * 1_000_000 + b"</a>")
