"""Type-strict comparison down to the places that differ."""

import pytest

from config.routes import RowList
from diffing.model import Difference
from diffing.walk import TooExpensive, canonical, walk

BY_ID = (RowList("$", ("id",)), RowList("$[*].tag", ()))


def found(legacy: object, new: object, rows: tuple[RowList, ...] = ()) -> list[tuple[str, str]]:
    """Path and kind of each difference."""
    return [(difference.path, difference.what) for difference in walk(legacy, new, rows)]


@pytest.mark.parametrize(("a", "b"), [(1, 1.0), (1, "1"), (1, True), (None, False), ([], {}), ("", None)])
def test_types_are_told_apart(a: object, b: object) -> None:
    """1, 1.0, "1" and true are four values."""
    assert found({"x": a}, {"x": b}) == [("$.x", "type")]


def test_a_value_that_differs_is_named() -> None:
    """The path leads to it."""
    assert walk({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ()) == (Difference("$.a[0].b", "value", 1, 2),)


def test_keys_lost_and_added_are_named() -> None:
    """A renamed key is a missing one and an extra one."""
    assert found({"a": 1}, {"b": 1}) == [("$.a", "missing"), ("$.b", "extra")]


def test_a_lost_element_is_found_where_it_was() -> None:
    """Elements after it are not blamed."""
    assert found(["a", "b", "c"], ["a", "c"]) == [("$[1]", "missing")]


def test_order_matters_where_nothing_else_is_said() -> None:
    """Only the route map can say that rows have no order."""
    assert found(["a", "b"], ["b", "a"]) == [("$[0]", "value"), ("$[1]", "value")]


def test_rows_are_paired_by_key() -> None:
    """Rows of unspecified order are compared with their twins."""
    assert found([{"id": 1, "x": 1}, {"id": 2, "x": 2}], [{"id": 2, "x": 3}, {"id": 1, "x": 1}], BY_ID) == [
        ("$[id=2].x", "value")
    ]


def test_a_lost_duplicate_is_a_difference() -> None:
    """Legacy may list a row twice; rows are a multiset."""
    assert found([{"id": 1}, {"id": 1}], [{"id": 1}], BY_ID) == [("$[id=1]", "duplicate")]


def test_an_added_row_is_a_difference() -> None:
    """A row that legacy does not have."""
    assert found([], [{"id": 1}], BY_ID) == [("$[id=1]", "extra")]


def test_rows_of_one_key_are_paired_by_likeness() -> None:
    """Equal rows first, so that only the odd one is blamed."""
    legacy = [{"id": 1, "x": 1}, {"id": 1, "x": 2}]
    assert found(legacy, [{"id": 1, "x": 2}, {"id": 1, "x": 9}], BY_ID) == [("$[id=1].x", "value")]


def test_scalars_without_order_are_a_multiset() -> None:
    """Tags come in any order, but each as often as before."""
    assert found([{"id": 1, "tag": ["a", "b", "b"]}], [{"id": 1, "tag": ["b", "a"]}], BY_ID) == [
        ("$[id=1].tag[2]", "duplicate")
    ]


def test_ordered_rows_keep_their_order() -> None:
    """Where both sides order by the key, a swap is a difference."""
    assert found([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}], (RowList("$", ("id",), True),)) == [
        ("$", "order")
    ]


def test_zero_has_a_sign() -> None:
    """-0.0 is printed differently."""
    assert found([0.0], [-0.0]) == [("$[0]", "value")]


def test_the_budget_is_a_verdict() -> None:
    """Never silence."""
    with pytest.raises(TooExpensive):
        walk(list(range(100)), list(range(100)), (), max_nodes=10)


def test_canonical_bytes_do_not_depend_on_key_order() -> None:
    """Two spellings of one document."""
    assert canonical({"a": 1, "b": [True]}) == canonical({"b": [True], "a": 1})


def test_canonical_bytes_tell_types_apart() -> None:
    """Four values, four texts."""
    assert len({canonical([value]) for value in (1, 1.0, "1", True)}) == 4


def test_canonical_bytes_exist_for_odd_values() -> None:
    """Integers beyond 64 bit and lone surrogates."""
    assert canonical([2**70, "\ud800"]) == b'[1180591620717411303424,"\\ud800"]'


def test_a_row_whose_key_changed_its_type_is_paired() -> None:
    """It is one difference of the key, and those of its other columns; never none."""
    legacy = [{"id": 1, "x": 1}, {"id": 2, "x": 2}, {"id": 3, "x": 3}]
    assert walk(legacy, [{"id": "2", "x": 9}, {"id": 1, "x": 1}, {"id": 3.0, "x": 3}], BY_ID) == (
        Difference("$[id=2].id", "type", 2, "2"),
        Difference("$[id=2].x", "value", 2, 9),
        Difference("$[id=3].id", "type", 3, 3.0),
    )


def test_a_row_that_has_its_twin_is_not_taken_for_another() -> None:
    """A further row with the key as text is an extra one."""
    assert found([{"id": 1}], [{"id": 1}, {"id": "1"}], BY_ID) == [("$[id=1]", "extra")]


def test_paired_rows_keep_their_order() -> None:
    """Where the order counts."""
    ordered = (RowList("$", ("id",), ordered=True),)
    assert found([{"id": 1}, {"id": 2}], [{"id": "2"}, {"id": 1}], ordered) == [
        ("$", "order"),
        ("$[id=2].id", "type"),
    ]
