"""What is no id."""

import re

import pytest

from diffing.rules.ids import DECIMAL, NO_INTEGER, PLUS, WORD


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("61", ""),
        ("061", ""),
        ("-1", ""),
        ("1.0", "decimal"),
        ("1e1", "decimal"),
        (".5", "decimal"),
        ("abc", "word"),
        ("0x1", "word"),
        ("61,62", "word"),
        ("61\n", "word"),
        ("61\x00", "word"),
        ("", ""),
    ],
)
def test_ids_in_paths(text: str, kind: str) -> None:
    """What PHP takes for no number, and for a number that is no integer."""
    fits = {name for name, pattern in (("word", WORD), ("decimal", DECIMAL)) if re.fullmatch(pattern, text)}
    assert fits == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("text", "odd", "plus"),
    [
        ("27", False, False),
        (" 27", False, False),
        ("27 ", False, False),
        ("27\n", False, False),
        ("27%20", False, False),
        ("-27", False, False),
        ("+27", False, True),
        (" +27 ", False, True),
        ("27a", True, False),
        ("2 7", True, False),
        ("27\x00", True, False),
        ("1.0", True, False),
    ],
)
def test_ids_in_forms(text: str, odd: bool, plus: bool) -> None:
    """Blanks around one are none of it; a plus sign makes it unknown."""
    assert (bool(re.fullmatch(NO_INTEGER, text)), bool(re.fullmatch(PLUS, text))) == (odd, plus)
