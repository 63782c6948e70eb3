"""A page in its three forms."""

import pytest

from proxy.dashboard.about import About
from proxy.dashboard.page import _ENVIRONMENT, Misasked, Page, csv_text, html, json, sorted_rows

PAGE = Page(
    "table.html", "A <title>", ("a", "b"), [("=1+1", 2), (None, "x,y")], {"numbers": {1}, "links": None}
)


def test_json_has_the_rows_by_column() -> None:
    """Unless the page has a document of its own."""
    assert b'"a": "=1+1"' in json(PAGE)
    assert json(Page("table.html", "t", (), [], {}, {"x": 1})) == b'{\n  "x": 1\n}\n'


def test_no_cell_is_a_formula() -> None:
    """Spreadsheets carry them out."""
    assert csv_text(PAGE).decode() == 'a,b\r\n\'=1+1,2\r\n,"x,y"\r\n'


def test_links_to_the_other_forms_keep_the_filter() -> None:
    """The same table is meant."""
    text = html(PAGE, "/", {"route": "a&b", "as": "html"}, About("sqlite:///x.db", "here")).decode()
    assert "?route=a%26b&amp;as=json" in text
    assert "<title>A &lt;title&gt;" in text


@pytest.mark.parametrize(
    ("sort", "names"),
    [("", "bca"), ("name", "abc"), ("-name", "cba"), ("count", "acb"), ("-count", "cab")],
)
def test_rows_are_sorted_by_a_column(sort: str, names: str) -> None:
    """Either way round; what has no value comes last."""
    rows = [("b", None), ("c", 2), ("a", 1)]
    assert "".join(str(row[0]) for row in sorted_rows(rows, ("name", "count"), {"sort": sort})) == names


def test_a_column_that_is_not_there_is_told() -> None:
    """With those that are."""
    with pytest.raises(Misasked, match="sort is name, count, or one of them behind -, not '-size'"):
        sorted_rows([], ("name", "count"), {"sort": "-size"})


def _shown(template: str, **context: object) -> str:
    """What a filter makes of a sentence."""
    return _ENVIRONMENT.from_string(template).render(**context)


def test_names_in_backticks_are_code() -> None:
    """Nothing of them becomes markup."""
    assert _shown("{{ s | code }}", s="`<b>` differs & more") == "<code>&lt;b&gt;</code> differs &amp; more"


def test_entries_in_a_sentence_are_links() -> None:
    """Only those that there are."""
    found = _shown("{{ s | linked(known) }}", s="a-rule makes <x> of a-b.", known={"a-rule"})
    assert found == '<a href="/deviations/a-rule">a-rule</a> makes &lt;x&gt; of a-b.'
