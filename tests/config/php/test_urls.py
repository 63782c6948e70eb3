"""What PHP takes for a URL."""

import pytest

from config.php.urls import is_url


@pytest.mark.parametrize(
    "text",
    [
        "https://terms.sample.test/onto?id=61&part=0",
        "http://localhost",
        "HTTP://a-b.test:80/x#y",
        "http://user:secret@a.test/",
        "http://[::1]:8080/",
        "http://a.test./",
        "ftp://a_b/x",
        "urn://x",
        "mailto:a@b.test",
        "file:///tmp/x",
    ],
)
def test_an_absolute_url_is_one(text: str) -> None:
    """A scheme and a host, in ASCII."""
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "not a url",
        "//a.test/x",
        "http://",
        "http:///x",
        "http://a b.test/",
        "http://ä.test/",
        "http://a_b.test/",
        "http://-a.test/",
        "http://a..test/",
        "http://a.test:99999/",
        "http://a.test:x/",
        "http://[::x]/",
        "https://a.test/x\n",
        f"http://{'a' * 64}.test/",
        "urn:isbn:1",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    """Blanks, other letters, and hosts that no name server knows."""
    assert not is_url(text)
