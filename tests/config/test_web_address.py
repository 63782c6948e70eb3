"""Which texts are addresses of servers."""

import pytest

from config.web_address import is_web_address


@pytest.mark.parametrize(
    "text", ["http://h", "https://h:8001/base/", "http://[::1]:80", "http://127.0.0.1:1"]
)
def test_addresses(text: str) -> None:
    """With a port and a path, or without."""
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h:80",
        "http://",
        "ftp://h",
        "http://h:x",
        "http://h:99999",
        "http://h:0",
        "http://[::1",
        "http://h/?a=b",
        "http://h/#a",
        "http://a b",
    ],
)
def test_what_is_none(text: str) -> None:
    """Nothing could be asked there."""
    assert not is_web_address(text)
