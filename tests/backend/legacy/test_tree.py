"""Trees of elements, as XML and as PHP's JSON (legacy notes, data 5.3)."""

from datetime import datetime

import pytest

from backend.legacy.tree import (
    Element,
    alike,
    each,
    element,
    json_document,
    marked_record,
    markup,
    named,
    optional,
    record,
    to_json,
)
from backend.legacy.writing import to_xml

MOMENT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  # the database has no zones
TABLE: list[tuple[Element, bytes]] = [
    (element("a"), b'{"a":[]}'),
    (element("a", "  "), b'{"a":[]}'),
    (element("a", element("b", 0)), b'{"a":{"b":"0"}}'),
    (element("a", element("b", "x"), element("c", 1), element("b", "y")), b'{"a":{"b":["x","y"],"c":"1"}}'),
    (element("a", element("b"), element("b", "y")), b'{"a":{"b":[[],"y"]}}'),
    (element("a", each("b", ["", "", ""])), b'{"a":{"b":[[],[],[]]}}'),
    (element("q", "v", name="n"), b'{"q":{"name":"n","value":"v"}}'),
    (element("q", name="n"), b'{"q":{"name":"n"}}'),
    (element("q", element("name", "c"), name="n"), b'{"q":{"name":"c"}}'),
    (element("q", element("value", "c"), "text"), b'{"q":{"value":"text"}}'),
    (element("a", " hello ", element("b", "x"), " world "), b'{"a":{"b":"x","value":"hello  world"}}'),
    (markup("b", "p<i>q</i>r"), b'{"b":{"i":"q","value":"pr"}}'),
    (element("b", "a\r\nb"), b'{"b":"a\\nb"}'),
    (element("b", "é/\U0001f600"), b'{"b":"\\u00e9\\/\\ud83d\\ude00"}'),
    (record("a", b=1, c=None, d=" x "), b'{"a":{"b":"1","c":[],"d":"x"}}'),
    (element("a", named("q", [("n", "v")])), b'{"a":{"q":{"name":"n","value":"v"}}}'),
    (element("a", named("q", [("n", ""), ("m", 1)])), b'{"a":{"q":[{"name":"n"},{"name":"m","value":"1"}]}}'),
    (element("a", named("q", [])), b'{"a":[]}'),
    (element("a", alike("q", ("b", "c"), [(1, None)])), b'{"a":{"q":{"b":"1","c":[]}}}'),
    (
        element("a", alike("q", ("b",), [(" x\r\ny ",), (0.5,)]), element("q", 1)),
        b'{"a":{"q":[{"b":"x\\ny"},{"b":"0.5"},"1"]}}',
    ),
    (element("a", alike("q", ("b",), [("x",)], times=2)), b'{"a":{"q":[{"b":"x"},{"b":"x"}]}}'),
    (element("a", alike("q", ("b",), [])), b'{"a":[]}'),
    (record("a", b=["x", " "], c=["y"], d=[], e=1), b'{"a":{"b":["x",[]],"c":"y","e":"1"}}'),
    (record("a", b=element("b", "x", n=1), c=0.5), b'{"a":{"b":{"n":"1","value":"x"},"c":"0.5"}}'),
    (record("a", q=alike("q", ("b",), [("x",)]), r=named("r", [])), b'{"a":{"q":{"b":"x"}}}'),
    (element("a", "\u00a0"), b'{"a":"\\u00a0"}'),
    (element("a", element("x"), name="1\t2\r\n3"), b'{"a":{"name":"1 2 3","x":[]}}'),
]


@pytest.mark.parametrize(("tree", "json"), TABLE)
def test_json_is_phps_conversion(tree: Element, json: bytes) -> None:
    """The table of the notes."""
    assert to_json(tree) == json


def test_children_of_the_namespace_come_before_plain_ones() -> None:
    """Markup within a text comes last."""
    tree = element("a", markup("b", "<i>1</i>").children, element("c", 2))
    assert to_json(tree) == b'{"a":{"c":"2","i":"1"}}'


def test_markup_that_is_no_xml_is_text() -> None:
    """PHP has no answer then."""
    assert to_json(markup("a", "1 < 2 & 3")) == b'{"a":"1 < 2 & 3"}'
    assert to_json(markup("a", "x &amp; y")) == b'{"a":"x & y"}'


def test_absent_and_empty_are_two_things() -> None:
    """None within an element is an empty one; an optional one is not there."""
    tree = element("a", element("b", None), optional("c", None), optional("d", ""), optional("e", "0"))
    assert to_json(tree) == b'{"a":{"b":[],"e":"0"}}'


def test_phps_own_templates_escape_only_what_they_must() -> None:
    """Slashes and letters stay."""
    assert json_document({"a": [{"b": 1, "c": "é/"}]}) == '{"a":[{"b":1,"c":"é/"}]}'.encode()


def test_texts_of_a_record_that_are_not_escaped() -> None:
    """Their markup becomes elements, as that of a single one."""
    plain = marked_record("r", ("a",), {"a": "x", "b": "<i/>", "c": None})
    assert to_xml(plain) == to_xml(element("r", element("a", "x"), element("b", "<i/>"), element("c")))
    marked = marked_record("r", ("a",), {"a": "<i>x</i>", "b": "<i/>"})
    assert to_xml(marked) == to_xml(element("r", markup("a", "<i>x</i>"), element("b", "<i/>")))


def test_markup_beyond_all_bounds_is_text() -> None:
    """Whoever stores it must not break the lists that show it."""
    for text in ("<a>" * 500 + "</a>" * 500, "<a/>" * 30_000):
        tree = markup("description", text)
        assert (tree.text, len(tree.children)) == (text, 0)
    assert markup("description", "<a>" * 150 + "</a>" * 150).children
