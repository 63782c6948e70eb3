"""Methods that no registry knows."""

import http.client

import pytest

from tests.backend.test_serve import backend


@pytest.mark.parametrize("method", ["FOO", "get", "BREW-COFFEE"])
def test_an_unknown_method_is_405(sqlite_url: str, method: str) -> None:
    """As any other wrong method, with the methods that there are; and the connection stays usable."""
    with backend(sqlite_url) as (_, url):
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        for _ in range(2):
            connection.request(method, "/datasets/61")
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.getheader("Allow")) == (405, "GET, HEAD, DELETE, OPTIONS")
        connection.request("GET", "/datasets/61")
        assert connection.getresponse().status == 200
        connection.close()
