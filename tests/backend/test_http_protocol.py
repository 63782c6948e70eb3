"""Methods that no registry knows, and targets that are not ASCII."""

import http.client
import socket

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


@pytest.mark.parametrize("prefix", [b"/tasks?tag=", b"/api/v1/json/data/list/tag/"])
def test_raw_bytes_in_a_target_mean_what_they_mean_in_percent_signs(sqlite_url: str, prefix: bytes) -> None:
    """In both dialects; the connection stays usable."""
    with backend(sqlite_url) as (_, url):
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            seen = []
            for value in (b"\xc3\xa4\xff", b"%C3%A4%FF"):
                connection.sendall(b"GET " + prefix + value + b" HTTP/1.1\r\nHost: a.test\r\n\r\n")
                answer = http.client.HTTPResponse(connection, method="GET")
                answer.begin()
                seen.append((answer.status, answer.read()))
        assert seen[0] == seen[1]
        assert b"Invalid HTTP request" not in seen[0][1]
