"""PHP's judgement of filters (legacy notes, data 7)."""

from dataclasses import replace

from backend.legacy.filters import Illegal, read_filters
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


def test_bare_names_as_the_route_has_them() -> None:
    """Sent empty, or only where there is no value."""
    assert read_filters(replace(LIST, bare_filter="sent"), ("limit", "1", "limit")) == {"limit": ""}
    assert read_filters(replace(LIST, bare_filter="alone"), ("limit", "1", "limit")) == {"limit": "1"}
