"""What an entry says of the rows that differ, and no more, is on purpose."""

import pytest

from proxy.checking.effects import RowDifference
from proxy.checking.file_states import FileDifference
from proxy.checking.on_purpose import is_on_purpose

FILE = FileDifference("a", None, (1, "m"))


def row(what: str, table: str = "tag", **values: object) -> RowDifference:
    """A row of the new side (extra) or of PHP (missing)."""
    return RowDifference(f"openml_expdb.{table}", what, {"id": 1, **values})


@pytest.mark.parametrize(
    ("effect", "rows", "expected"),
    [
        (["tag"], [row("missing", name="a"), row("extra", name="b")], True),
        (["tag"], [row("extra", "other")], False),
        (["tag.name"], [row("missing", name="a"), row("extra", name="b")], True),
        (["tag.name"], [row("missing", name="a"), row("extra", name="b", kind=1)], False),
        (["tag.name"], [row("missing", name="a", kind=2), row("extra", name="b", kind=1)], False),
        (["tag.name"], [row("extra", name="b")], False),
        (["tag.name"], [row("missing", name="b")], False),
        (["tag.name"], [row("missing", name="a")] * 2 + [row("extra", name="b")], False),
        (["tag.name", "+tag"], [row("missing", name="a")] + [row("extra", name="b")] * 2, True),
        (["+tag"], [row("extra", name="b")], True),
        (["+tag"], [row("missing", name="a")], False),
        (["+tag"], [row("missing", name="a"), row("extra", name="b")], False),
        (["-tag"], [row("missing", name="a")], True),
        (["-tag"], [row("extra", name="a")], False),
        (["-tag"], [row("missing", name="a"), row("extra", name="b")], False),
        (["-tag", "+tag"], [row("missing", name="a"), row("extra", name="b")], False),
        (["-tag", "tag.name"], [row("missing", name="a")] * 2 + [row("extra", name="b")], True),
        (["+tag", "other"], [row("extra"), row("missing", "other")], True),
        (["tag.id"], [row("unknown", name="a")], False),
    ],
)
def test_what_an_effect_covers(effect: list[str], rows: list[RowDifference], expected: bool) -> None:
    """A table whole, a column of rows that PHP has too, or further rows."""
    assert is_on_purpose(effect, rows, ()) is expected


def test_files_are_named_by_themselves() -> None:
    """All of them, or none."""
    assert is_on_purpose(["files"], (), [FILE])
    assert not is_on_purpose(["tag"], (), [FILE])


def test_nothing_is_always_on_purpose() -> None:
    """There is nothing to cover."""
    assert is_on_purpose([], (), ())
