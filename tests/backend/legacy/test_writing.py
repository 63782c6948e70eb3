"""Trees of elements as XML."""

from datetime import datetime
from xml.etree import ElementTree

import pytest

from backend.legacy.tree import alike, element, from_parsed, markup, named, record
from backend.legacy.writing import to_xml

MOMENT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  # the database has no zones


def test_xml_escapes_and_declares_the_namespace() -> None:
    """Read again, it is the same tree; what XML cannot hold is replaced."""
    tree = element("a", element("b", 'x < "y" & z\x01', name='"1"&<'), element("c", MOMENT))
    read = from_parsed(ElementTree.fromstring(to_xml(tree)))
    assert [child.name for child in read.children] == ["b", "c"]
    assert read.children[0].text == 'x < "y" & z�'
    assert read.children[0].attributes == {"name": '"1"&<'}
    assert read.children[1].text == "2026-01-02 03:04:05"
    assert to_xml(element("a")) == b'<oml:a xmlns:oml="http://openml.org/openml"></oml:a>\n'


def test_records_and_named_elements_are_elements_in_xml() -> None:
    """Nobody can tell how they were made."""
    fast = element("a", record("r", b=1, c='<"'), named("q", [("n&", "<")]))
    slow = element("a", element("r", element("b", 1), element("c", '<"')), element("q", "<", name="n&"))
    assert to_xml(fast).replace(b"\n", b"") == to_xml(slow).replace(b"\n", b"")


def test_rows_are_records_in_xml() -> None:
    """Escaped where they must be, and as often as they are to be."""
    values = [(1, 'x < "y"', None), (2, "z", 0.5)]
    keys = ("b", "c", "d")
    for times in (1, 2):
        slow = [record("r", b=b, c=c, d=d) for b, c, d in values for _ in range(times)]
        assert to_xml(element("a", alike("r", keys, values, times=times))) == to_xml(element("a", slow))
    assert to_xml(element("a", alike("r", keys, []))) == to_xml(element("a", ()))


def test_what_is_within_a_record_is_elements_in_xml() -> None:
    """Texts, elements and rows, among values that are escaped."""
    rows = alike("q", ("e",), [("100 %",), ("&",)])
    fast = record("r", b="<", c=["1 %s", "&"], d=element("d", "x", n="%"), q=rows, f=[])
    slow = element(
        "r",
        element("b", "<"),
        element("c", "1 %s"),
        element("c", "&"),
        element("d", "x", n="%"),
        element("q", element("e", "100 %")),
        element("q", element("e", "&")),
    )
    assert to_xml(fast) == to_xml(slow)
    assert to_xml(element("a", fast)) == to_xml(element("a", slow))


@pytest.mark.parametrize(
    "text",
    [
        "A <b>bold</b> word &amp; more",
        "<p>One</p> and <p>two</p>",
        "behind it<br></br>",
        '<ul>\n<li>a <i>b</i> c</li>\n<li x="1 &lt;">d</li></ul> end',
        "<oml:e>of ours</oml:e> text",
    ],
)
def test_texts_around_markup_stay_where_they_are(text: str) -> None:
    """PHP pastes them as they are stored."""
    body = to_xml(element("a", markup("b", text), element("c", 1)))
    assert f"<oml:b>{text}</oml:b>".encode() in body
    assert b"</oml:b>\n<oml:c>1</oml:c>" in body
