"""Two documents side by side: the same key order, aligned lines, equal parts folded, marks where a line differs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from config import text
from config.routes import RowList

MOST_ROWS: Final = 4000
_AROUND: Final = 3
"""Equal lines that are shown before and after a difference."""
_ALIGNED_AT_MOST: Final = 400
_ALIGNED_IN_ALL: Final = 2 * _ALIGNED_AT_MOST**2
"""Pairs of elements, of all lists together, that may be looked at for aligning; others are paired by their places."""
_INDENTED: Final = 40
"""Levels that are indented; deeper ones stand below each other."""
_LONGEST: Final = 2000


_Element = tuple[object] | None
"""An element of a list; None where the list has none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A line of a document.

    Args:
        before: Its beginning, with the indentation.
        marked: What differs.
        after: Its end.
    """

    before: str
    marked: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of both documents; None where one has no such line."""

    expected: Cell | None
    new: Cell | None
    same: bool


@dataclass(frozen=True, slots=True)
class DiffPart:
    """Lines that belong together.

    Args:
        folded: They are equal, and not shown at first.
    """

    rows: tuple[DiffRow, ...]
    folded: bool = False


def diff(expected: object, new: object, rows: Sequence[RowList] = ()) -> list[DiffPart]:
    """The lines of two documents, at most `MOST_ROWS` of those that are not folded.

    Args:
        expected: What the new side had to answer.
        new: What it answered.
        rows: Lists whose rows have a key, by which they are paired.
    """
    differ = _Differ({entry.at: entry for entry in rows})
    try:
        differ.lines("$", ("", ""), ("", ""), expected, new, 0)
        found = differ.rows
    except RecursionError:
        found = _beside([_json(expected)], [_json(new)])
    return list(_parts(found))


def _parts(rows: Sequence[DiffRow]) -> Iterator[DiffPart]:
    shown = 0
    for same, run in _runs(rows):
        if not same:
            left = MOST_ROWS - shown
            yield DiffPart(tuple(run[:left]))
            shown += len(run)
            if len(run) > left:
                yield DiffPart((DiffRow(Cell(f"… {len(rows)} lines in all"), None, False),))
                return
            continue
        first, last = run[0] is rows[0], run[-1] is rows[-1]
        head, tail = (0 if first else _AROUND), (0 if last else _AROUND)
        middle = run[head : len(run) - tail]
        if len(middle) < 2:
            yield DiffPart(tuple(run))
            continue
        if head:
            yield DiffPart(tuple(run[:head]))
        yield DiffPart(tuple(middle), folded=True)
        if tail:
            yield DiffPart(tuple(run[-tail:]))


def _runs(rows: Iterable[DiffRow]) -> Iterator[tuple[bool, list[DiffRow]]]:
    run: list[DiffRow] = []
    for row in rows:
        if run and run[-1].same != row.same:
            yield run[-1].same, run
            run = []
        run.append(row)
    if run:
        yield run[-1].same, run


class _Differ:
    def __init__(self, keyed: Mapping[str, RowList]) -> None:
        self.rows: list[DiffRow] = []
        self._keyed = keyed
        self._forms = _Forms()
        self._aligned = 0

    def lines(
        self, path: str, names: tuple[str, str], ends: tuple[str, str], old: object, new: object, depth: int
    ) -> None:
        """Add the lines of two values; each side has a name before and a comma behind its value."""
        blank = _blank(depth)
        if self._forms.of(old) == self._forms.of(new):
            self.rows += (
                DiffRow(Cell(line), Cell(line), True) for line in _lines(old, depth, names[0], ends[0])
            )
        elif isinstance(old, dict) and isinstance(new, dict):
            self.rows.append(_same(f"{blank}{names[0]}{{"))
            self._members(path, old, new, depth + 1)
            self.rows.append(_same(f"{blank}}}{ends[0]}"))
        elif isinstance(old, list) and isinstance(new, list):
            self.rows.append(_same(f"{blank}{names[0]}["))
            self._elements(path, old, new, depth + 1)
            self.rows.append(_same(f"{blank}]{ends[0]}"))
        elif isinstance(old, dict | list) or isinstance(new, dict | list):
            self.rows += _beside(_lines(old, depth, names[0], ends[0]), _lines(new, depth, names[1], ends[1]))
        else:
            # Of numbers that differ in a digit, the number differs.
            inside = isinstance(old, str) and isinstance(new, str)
            self.rows.append(_marked(f"{blank}{names[0]}", _json(old), _json(new), ends, inside=inside))

    def _members(self, path: str, old: Mapping[str, object], new: Mapping[str, object], depth: int) -> None:
        keys = [*old, *(key for key in new if key not in old)]
        last_old, last_new = _last(keys, old), _last(keys, new)
        for key in keys:
            name = f"{_json(key)}: "
            ends = "" if key == last_old else ",", "" if key == last_new else ","
            if key in old and key in new:
                self.lines(f"{path}.{key}", (name, name), ends, old[key], new[key], depth)
            elif key in old:
                self.rows += _beside(_lines(old[key], depth, name, ends[0]), [])
            else:
                self.rows += _beside([], _lines(new[key], depth, name, ends[1]))

    def _elements(self, path: str, old: list[object], new: list[object], depth: int) -> None:
        pairs = self._paired(path, old, new)
        left = sum(one is not None for one, _ in pairs)
        right = sum(other is not None for _, other in pairs)
        for one, other in pairs:
            left -= one is not None
            right -= other is not None
            ends = "," if left else "", "," if right else ""
            if one is not None and other is not None:
                self.lines(f"{path}[*]", ("", ""), ends, one[0], other[0], depth)
            elif one is not None:
                self.rows += _beside(_lines(one[0], depth, "", ends[0]), [])
            elif other is not None:
                self.rows += _beside([], _lines(other[0], depth, "", ends[1]))

    def _paired(self, path: str, old: list[object], new: list[object]) -> list[tuple[_Element, _Element]]:
        entry = self._keyed.get(path)
        if entry is not None:
            return _by_key(entry.key, old, new)
        most = max(len(old), len(new))
        self._aligned += len(old) * len(new)
        if most > _ALIGNED_AT_MOST or most == 1 or self._aligned > _ALIGNED_IN_ALL:
            return [(_at(old, number), _at(new, number)) for number in range(most)]
        forms = [self._forms.of(value) for value in old], [self._forms.of(value) for value in new]
        pairs: list[tuple[_Element, _Element]] = []
        for _, a0, a1, b0, b1 in SequenceMatcher(None, *forms, autojunk=False).get_opcodes():
            most = max(a1 - a0, b1 - b0)
            pairs += [(_at(old[:a1], a0 + offset), _at(new[:b1], b0 + offset)) for offset in range(most)]
        return pairs


class _Forms:
    """Numbers values so that equal ones, and only those, have one number: 1, 1.0, "1" and true are four values."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._known: dict[int, int] = {}
        """By the identity of objects and lists, which live as long as both documents do."""

    def of(self, value: object) -> int:
        """The number of a value; each part of it is looked at once."""
        if not isinstance(value, dict | list):
            exact = value.hex() if isinstance(value, float) else value
            return self._number((type(value), exact))
        if id(value) not in self._known:
            found: object
            if isinstance(value, dict):
                found = frozenset((key, self.of(member)) for key, member in value.items())
            else:
                found = tuple(map(self.of, value))
            self._known[id(value)] = self._number((type(value), found))
        return self._known[id(value)]

    def _number(self, form: object) -> int:
        return self._numbers.setdefault(form, len(self._numbers))


def _at(values: Sequence[object], index: int) -> _Element:
    return (values[index],) if index < len(values) else None


def _by_key(key: Sequence[str], old: list[object], new: list[object]) -> list[tuple[_Element, _Element]]:
    """Rows by the text of their key, so that one whose key changed its type stands beside its twin."""
    waiting: dict[tuple[str, ...], list[object]] = defaultdict(list)
    for row in reversed(new):
        waiting[_key_text(key, row)].append(row)
    pairs: list[tuple[_Element, _Element]] = []
    for row in old:
        twins = waiting.get(_key_text(key, row))
        pairs.append(((row,), (twins.pop(),) if twins else None))
    left = {id(row) for rows in waiting.values() for row in rows}
    return [*pairs, *((None, (row,)) for row in new if id(row) in left)]


def _key_text(key: Sequence[str], row: object) -> tuple[str, ...]:
    if not key:
        return (_json(row),)
    return tuple(str(row.get(column)) if isinstance(row, dict) else "" for column in key)


def _last(keys: Sequence[str], of: Mapping[str, object]) -> str | None:
    return next((key for key in reversed(keys) if key in of), None)


def _same(line: str) -> DiffRow:
    return DiffRow(Cell(line), Cell(line), True)


def _beside(old: Sequence[str], new: Sequence[str]) -> list[DiffRow]:
    found = []
    for number in range(max(len(old), len(new))):
        cells = [Cell("", lines[number]) if number < len(lines) else None for lines in (old, new)]
        found.append(DiffRow(cells[0], cells[1], False))
    return found


def _marked(before: str, old: str, new: str, ends: tuple[str, str], *, inside: bool) -> DiffRow:
    """One line of each side with a mark on its value, or on what of it is between the common beginning and end."""
    head = _common(old, new) if inside else 0
    tail = _common(old[head:][::-1], new[head:][::-1]) if inside else 0
    cells = [
        Cell(
            before + value[:head],
            value[head : len(value) - tail],
            value[len(value) - tail :] + end if tail else end,
        )
        for value, end in zip((old, new), ends, strict=True)
    ]
    return DiffRow(cells[0], cells[1], False)


def _common(one: str, other: str) -> int:
    """How many characters both texts begin with."""
    pairs = zip(one, other, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _lines(value: object, depth: int, before: str = "", after: str = "") -> list[str]:
    found: list[str] = []
    _add_lines(found, value, depth, before, after)
    return found


def _add_lines(found: list[str], value: object, depth: int, before: str, after: str) -> None:
    blank = _blank(depth)
    if isinstance(value, dict | list) and value:
        first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
        found.append(f"{blank}{before}{first}")
        members = (
            [(f"{_json(key)}: ", member) for key, member in value.items()]
            if isinstance(value, dict)
            else [("", element) for element in value]
        )
        for number, (name, member) in enumerate(members, 1):
            _add_lines(found, member, depth + 1, name, "," if number < len(members) else "")
        found.append(f"{blank}{last}{after}")
    else:
        found.append(f"{blank}{before}{_json(value)}{after}")


def _blank(depth: int) -> str:
    return "  " * min(depth, _INDENTED)


def _json(value: object) -> str:
    return _cut(text.json_bytes(value).decode())


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}… ({len(line)} characters)"
