"""Signatures of differences."""

from diffing.cluster import signature
from diffing.model import Difference, Observation

OK = Observation(200, (), b"")


def test_rows_of_one_list_share_a_signature() -> None:
    """The same fault in a thousand rows is one cluster."""
    one = signature("x.list", OK, OK, [Difference("$[id=1].a", "value", 1, 2)])
    other = signature(
        "x.list", OK, OK, [Difference("$[id=2].a", "value", 3, 4), Difference("$[id=3].a", "value", 5, 6)]
    )
    assert one == other == "x.list 200→200 $[*].a value int→int"


def test_another_type_is_another_signature() -> None:
    """A lost value is not a wrong value."""
    one = signature("x.list", OK, OK, [Difference("$.a", "type", 1, None)])
    assert one == "x.list 200→200 $.a type int→null"
