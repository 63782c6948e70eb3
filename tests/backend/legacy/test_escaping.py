"""Texts in documents of PHP's dialect."""

import pytest

from backend.legacy.escaping import escaped, every_escaped, one_line, shown, speakable


@pytest.mark.parametrize(
    ("text", "written"),
    [("a", "a"), ("a & <b> \"c\" 'd'", "a &amp; &lt;b&gt; &quot;c&quot; 'd'"), ("a\r\nb\rc", "a\nb\nc")],
)
def test_markup_is_escaped(text: str, written: str) -> None:
    """One text, or several at once."""
    assert escaped(text) == written
    assert every_escaped([text, "x"]) == [written, "x"]


def test_white_space() -> None:
    """Blanks in attributes; none around texts."""
    assert one_line("a\r\nb\tc") == "a b c"
    assert shown(" a\r\nb \n") == "a\nb"


def test_what_xml_cannot_hold_is_replaced() -> None:
    """By the sign for it."""
    assert speakable("a\x00b\ufffec\n") == "a\ufffdb\ufffdc\n"
