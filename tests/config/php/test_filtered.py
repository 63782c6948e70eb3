"""What PHP's script filter makes of form fields."""

import pytest

from config.php.filtered import filtered


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Space & <time>", "Space & <time>"),
        ("a%41b", "aAb"),
        ("a%2541b", "aAb"),
        ("100%", "100%"),
        ("a\tb\nc", "a b\nc"),
        ("a\0b\x7f%00c", "abc"),
        ("https://x.test/Iris_%28plant%29", "https://x.test/Iris_(plant)"),
        ("<script>x</script>", "[removed]x[removed]"),
        ("alert(1) (2)", "alert&#40;1&#41; (2)"),
        ("a document.cookie", "a [removed]"),
        ("Document.Cookie", "Document.Cookie"),
        ("window.onload", "[removed]"),
        ("WINDOW.document.location", "[removed]"),
        ("x.parentNode y.parentnode", "x[removed] y.parentnode"),
        ("JavaScript : 1", "[removed] 1"),
        ("documents.write", "documents.write"),
        ("a <!-- b --> c", "a &lt;!-- b --&gt; c"),
        ("<![CDATA[x]]> <comment>", "&lt;![CDATA[x]]> &lt;comment&gt;"),
        ("<% x %> %3C?php y ?>", "&lt;&#37; x %> &lt;?php y ?&gt;"),
        ("<!x <Comment>", "<!x <Comment>"),
    ],
)
def test_a_field_is_filtered(sent: str, kept: str) -> None:
    """Percent sequences are decoded until none is left, control characters go, tabs are blanks, scripts are removed."""
    assert filtered(sent) == kept


@pytest.mark.parametrize(("piece", "kept"), [("<script", "<script"), ("eval(", "eval("), ("%25", "%")])
def test_a_long_text_takes_no_longer_than_its_length(piece: str, kept: str) -> None:
    """The square of it would be hours."""
    assert filtered(piece * 1_000_000) == kept * 1_000_000
