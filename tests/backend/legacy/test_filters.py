"""PHP's judgement of filters (legacy notes, data 7)."""

from dataclasses import replace

from backend.legacy.filters import Illegal, limited, offset_alone, read_filters
from config.routes import LegacyTemplate

LIST = LegacyTemplate(("*",), "x/list", filters=("tag", "limit", "offset"), texts=("tag",))


def test_values_are_decoded_and_the_last_one_counts() -> None:
    """A name without a value is ignored."""
    assert read_filters(LIST, ("limit", "1", "tag", "a%20b", "limit", "2,3", "offset")) == {
        "limit": "2,3",
        "tag": "a b",
    }


def test_illegal_names_go_before_illegal_values() -> None:
    """All of them are told, or the first one."""
    path = ("foo", "1", "limit", "x", "Tag", "2")
    told = "Legal filter operators: tag,limit,offset. Found illegal filter"
    assert read_filters(LIST, path) == Illegal(True, f"{told}(s): foo, Tag")
    assert read_filters(replace(LIST, first_illegal=True), path) == Illegal(True, f"{told}: foo")


def test_illegal_values_are_told_in_the_order_of_declaration() -> None:
    """Texts have their characters, all else is digits."""
    wrong = read_filters(LIST, ("offset", "1.5", "tag", '"', "limit", "-1"))
    assert wrong == Illegal(False, "Filters with illegal values: tag,limit,offset")


def test_values_that_nobody_looks_at() -> None:
    """They pass, whatever they are."""
    assert read_filters(replace(LIST, unchecked=("limit",)), ("limit", "a%22b")) == {"limit": 'a"b'}


def test_bare_names_as_the_route_has_them() -> None:
    """Sent empty, or only where there is no value, or in place of the value before."""
    assert read_filters(replace(LIST, bare_filter="sent"), ("limit", "1", "limit")) == {"limit": ""}
    assert read_filters(replace(LIST, bare_filter="alone"), ("limit", "1", "limit")) == {"limit": "1"}
    assert read_filters(replace(LIST, bare_filter="last"), ("limit", "1", "limit")) == {}


def test_a_pasted_limit_can_skip() -> None:
    """As in SQL; what is none there is an empty list."""
    assert limited(LIST, {"limit": "5,2", "tag": "a"}) == {"tag": "a", "limit": "2", "offset": "5"}
    assert limited(LIST, {"limit": "5", "offset": "0"}) == {"limit": "5"}
    for broken in ({"limit": "5,2", "offset": "1"}, {"limit": "5", "offset": "1,2"}, {"limit": "1,2,3"}):
        assert limited(LIST, broken) == {"limit": "0"}
    assert limited(replace(LIST, most=9), {"limit": "10,2"}) == {"limit": "10"}
    assert limited(replace(LIST, most=9), {"limit": str(2**64), "offset": "1,2"})["limit"] == str(2**64)


def test_a_limit_can_be_the_number_that_it_begins_with() -> None:
    """Zero is none."""
    numbered = replace(LIST, limit="number")
    assert limited(numbered, {"limit": "2,5", "offset": "1,3"}) == {"limit": "2", "offset": "1"}
    assert limited(numbered, {"limit": "00"}) == {}


def test_an_offset_alone_is_seen() -> None:
    """A limit of 0 is none, 00 is one."""
    assert offset_alone({"offset": "1", "limit": "0"})
    assert not offset_alone({"offset": "1", "limit": "00"})
    assert not offset_alone({"offset": "0"})


def test_a_limit_may_have_more_digits_than_a_number() -> None:
    """One larger than the server takes gives nothing; zeros before it are none."""
    template = LegacyTemplate(methods=("GET",), path="a/list", filters=("limit", "offset"), most=100)
    digits = "9" * 5000
    assert limited(template, {"limit": digits}) == {"limit": digits}
    assert limited(replace(template, most=None), {"limit": digits}) == {"limit": "0"}
    assert limited(template, {"limit": "1", "offset": digits}) == {"limit": "0"}
    zeros = "0" * 5000 + "7"
    assert limited(template, {"limit": zeros}) == {"limit": zeros}
