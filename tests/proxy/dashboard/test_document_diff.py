"""Two documents side by side."""

import time

from config.routes import RowList
from proxy.dashboard.document_diff import MOST_ROWS, DiffPart, diff

BY_ID = (RowList("$", ("id",)),)


def shown(parts: list[DiffPart]) -> list[str]:
    """Lines as `expected | new`, what is marked between brackets, folded lines by their number."""
    told = []
    for part in parts:
        if part.folded:
            told.append(f"({len(part.rows)})")
            continue
        for row in part.rows:
            cells = [
                "-"
                if cell is None
                else f"{cell.before}[{cell.marked}]{cell.after}".replace("[]", "", 1)
                if not cell.marked
                else f"{cell.before}[{cell.marked}]{cell.after}"
                for cell in (row.expected, row.new)
            ]
            told.append(cells[0] if row.same else " | ".join(cells))
    return told


def test_a_text_is_marked_where_it_differs() -> None:
    """Inside the line; a number as a whole."""
    assert shown(diff({"a": "one two", "b": 404}, {"a": "one 2", "b": 410})) == [
        "{",
        '  "a": "one [two]", |   "a": "one [2]",',
        '  "b": [404] |   "b": [410]',
        "}",
    ]


def test_keys_stand_in_one_order() -> None:
    """That of what is expected; a key of one side alone has no line on the other."""
    assert shown(diff({"a": 1, "b": 2, "c": 3}, {"d": 4, "c": 3, "a": 1})) == [
        "{",
        '  "a": 1,',
        '[  "b": 2,] | -',
        '  "c": 3',
        '- | [  "d": 4]',
        "}",
    ]


def test_equal_parts_are_folded() -> None:
    """But for three lines on each side of a difference; it is seen at once, however far down it is."""
    old = {str(number): number for number in range(20)}
    found = shown(diff(old, {**old, "10": "x"}))
    assert found == [
        "(8)",
        '  "7": 7,',
        '  "8": 8,',
        '  "9": 9,',
        '  "10": [10], |   "10": ["x"],',
        '  "11": 11,',
        '  "12": 12,',
        '  "13": 13,',
        "(7)",
    ]


def test_rows_are_paired_by_their_key() -> None:
    """A lost row has no twin, and those behind it are not blamed."""
    found = shown(diff([{"id": 1}, {"id": 2}, {"id": 3}], [{"id": 3}, {"id": 1}], BY_ID))
    assert [line for line in found if "|" in line] == ["[  {] | -", '[    "id": 2] | -', "[  },] | -"]


def test_a_row_whose_key_changed_its_type_stands_beside_its_twin() -> None:
    """Only the key is marked."""
    found = shown(diff([{"id": 61, "x": 1}], [{"id": "61", "x": 1}], BY_ID))
    assert [line for line in found if "|" in line] == ['    "id": [61], |     "id": ["61"],']


def test_lists_without_a_key_are_aligned() -> None:
    """A lost element is found where it was."""
    found = shown(diff(["a", "b", "c"], ["a", "c"]))
    assert [line for line in found if "|" in line] == ['[  "b",] | -']


def test_another_type_is_shown_whole() -> None:
    """Each side by its own lines."""
    assert shown(diff({"a": [1]}, {"a": 1}))[1:-1] == ['[  "a": [] | [  "a": 1]', "[    1] | -", "[  ]] | -"]


def test_equal_documents_have_no_marks() -> None:
    """All is folded."""
    assert shown(diff({"a": [1, 2]}, {"a": [1, 2]})) == ["(6)"]


def test_the_page_is_bounded() -> None:
    """Of very many lines that differ the first are shown, of a very long one its beginning, and any depth is."""
    many = diff(list(range(9000)), [str(number) for number in range(9000)])
    assert MOST_ROWS <= sum(len(part.rows) for part in many) <= MOST_ROWS + 10
    [line] = [line for line in shown(diff({"a": "x" * 9000}, {"a": "y"})) if "|" in line]
    assert len(line) < 2200
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    assert diff(deep, 1)


def nested(depth: int, value: object) -> object:
    """A value in so many lists."""
    for _ in range(depth):
        value = [value]
    return value


def test_no_document_costs_more_than_its_length() -> None:
    """Many lists to be aligned, and lists in lists, of as many bytes as are kept: each takes less than two seconds."""
    odds, evens = ([(number * number // 7 + shift) % 2 for number in range(400)] for shift in (0, 1))
    many = ([[*odds, number] for number in range(80)], [[number, *evens] for number in range(80)])
    deep = ([nested(180, number) for number in range(150)], [nested(180, -number) for number in range(150)])
    for old, new in (many, deep):
        started = time.process_time()
        parts = diff(old, new)
        assert time.process_time() - started < 2
        assert sum(len(cell.before) for part in parts for row in part.rows if (cell := row.new)) < 4_000_000
