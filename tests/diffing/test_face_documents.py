"""Trees of PHP's documents."""

from diffing.face_documents import (
    Number,
    Object,
    read_json,
    read_xml,
    rows_of,
    sorted_tree,
    walk,
    without_rows,
    without_volatile,
    without_white_space,
    written_as_php,
)
from diffing.model import Difference


def test_json_keeps_the_order_of_keys_and_the_text_of_numbers() -> None:
    """A key that occurs twice does so in the tree."""
    assert read_json(b'{"b":1.0,"a":["x"],"b":2}') == Object(
        (("b", Number("1.0")), ("a", ("x",)), ("b", Number("2")))
    )
    assert read_json(b"{") is None


def test_white_space_in_texts_stays() -> None:
    """Escaped quotation marks do not end one."""
    assert without_white_space(b'{ "a b": "c \\" d" , "e":\t1 }') == b'{"a b":"c \\" d","e":1}'


def test_phps_spelling() -> None:
    """Escaped letters and slashes, no white space."""
    assert written_as_php(b'{"a":"\\u00e9\\/"}')
    assert not written_as_php(b'{"a":"/"}')
    assert not written_as_php(b'{"a": 1}')


def test_xml_has_attributes_children_and_text() -> None:
    """What is in no namespace says so."""
    tree = read_xml(b'<o:a xmlns:o="u" y="1">\n<o:b>t</o:b> x <i/></o:a>')
    assert tree == Object(
        (
            (
                "a",
                Object(
                    (("@y", "1"), ("b", Object((("#text", "t"),))), ("#text", " x "), ("plain:i", Object(())))
                ),
            ),
        )
    )
    assert read_xml(b"<a>") is None


def test_rows_are_found_by_their_envelope() -> None:
    """One row, or many, in JSON and in XML."""
    assert rows_of(read_json(b'{"a":{"b":[1,2]}}'), ("a", "b")) == (Number("1"), Number("2"))
    assert rows_of(read_json(b'{"a":{"b":1}}'), ("a", "b")) == (Number("1"),)
    assert len(rows_of(read_xml(b"<o:a xmlns:o='u'><o:b/><o:b/></o:a>"), ("a", "b")) or ()) == 2
    assert rows_of(read_json(b"[]"), ("a", "b")) is None
    assert without_rows(read_json(b'{"a":{"c":1,"b":[1]}}'), ("a", "b")) == read_json(b'{"a":{"c":1}}')


def test_sorting_reaches_every_depth() -> None:
    """Elements of one name are sorted among themselves."""
    assert sorted_tree(read_json(b'[[2,1],"a"]')) == sorted_tree(read_json(b'["a",[1,2]]'))
    mixed = read_xml(b"<a><b>2</b><c/><b>1</b></a>")
    assert sorted_tree(mixed) == read_xml(b"<a><b>1</b><c/><b>2</b></a>")


def test_pasted_values_have_no_order() -> None:
    """Only those of the element that is made so."""
    one, other = (
        read_xml(f'<o:a xmlns:o="u"><o:values>{text}</o:values><o:b>{text}</o:b></o:a>'.encode())
        for text in ("[2,1]", "[1,2]")
    )
    assert one is not None
    assert other is not None
    assert list(walk(sorted_tree(one), sorted_tree(other))) == [
        Difference("$.a.b.#text", "value", "[2,1]", "[1,2]")
    ]


def test_volatile_values_are_marked() -> None:
    """Below lists, too; `$` is everything."""
    tree = read_json(b'{"a":[{"b":1},{"b":2}]}')
    assert without_volatile(tree, ("$.a[*].b",)) == without_volatile(
        read_json(b'{"a":[{"b":3},{"b":4}]}'), ("$.a[*].b",)
    )
    assert without_volatile(tree, ("$",)) == "(volatile)"


def test_walking_names_the_places() -> None:
    """Keys, lengths, values."""
    old, new = read_json(b'{"a":[1,{"c":"x"}],"b":[1]}'), read_json(b'{"a":[1,{"c":"y"}],"b":[]}')
    assert [(found.path, found.what) for found in walk(old, new)] == [
        ("$.a[1].c", "value"),
        ("$.b", "length"),
    ]
    assert [found.what for found in walk(read_json(b'{"a":1}'), read_json(b'{"b":1}'))] == ["keys"]


def test_no_document_is_too_odd_to_be_read() -> None:
    """One deeper than any answer is none, PHP writes no integer of thousands of digits, and a text may have no end."""
    for body in (b"[" * 300 + b"]" * 300, b'{"a":' * 900 + b"1" + b"}" * 900, b"[" * 100_000):
        assert read_json(body) is None
    assert read_json(b"[" * 150 + b"]" * 150) is not None
    assert not written_as_php(b"9" * 5000)
    assert without_white_space(b'{ "a" : "b \\" c') == b'{"a":"b \\" c'
