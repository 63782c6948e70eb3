"""Hosts of URLs."""

import pytest

from proxy.har.hosts import host_of, names, plain


@pytest.mark.parametrize(
    ("url", "host", "without"),
    [
        ("https://A.test:443/x:443?y", "a.test", "https://A.test/x:443?y"),
        ("https://a.test/x", "a.test", "https://a.test/x"),
        ("http://a.test:80", "a.test", "http://a.test"),
        ("http://a.test:443/", "a.test:443", "http://a.test:443/"),
        ("https://[::1]:443/x", "[::1]", "https://[::1]/x"),
        ("https://u:p@a.test:8443/", "a.test:8443", "https://u:p@a.test:8443/"),
    ],
)
def test_the_port_of_a_scheme_makes_no_other_host(url: str, host: str, without: str) -> None:
    """Any other one does."""
    assert (host_of(url), plain(url)) == (host, without)


def test_a_host_can_be_said_in_several_ways() -> None:
    """With and without port and brackets."""
    assert names("https://a.test/") == names("https://a.test:443/") == {"a.test", "a.test:443"}
    assert names("http://[::1]:8080/") == {"::1", "[::1]", "[::1]:8080"}


@pytest.mark.parametrize("url", ["https://a.test:x/", "https://[::1/"])
def test_what_is_no_url_is_told(url: str) -> None:
    """By the standard library's error."""
    with pytest.raises(ValueError):  # noqa: PT011  # each of the two has words of its own
        host_of(url)
