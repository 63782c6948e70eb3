"""Pages for what is outside of the API."""

from backend.legacy.pages import page


def test_a_page_says_one_thing_escaped() -> None:
    """As HTML."""
    shown = page(404, "no <b> here")
    assert shown.status_code == 404
    assert shown.headers["content-type"] == "text/html; charset=UTF-8"
    assert b"404 Not Found" in shown.body
    assert b"no &lt;b&gt; here" in shown.body
