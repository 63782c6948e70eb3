"""Requests that are refused before anybody is asked."""

import pytest

from config.settings import Limits
from proxy.inbound.guard import RawHeaders, refusal

HOST = (b"host", b"openml.test")
LIMITS = Limits(target_bytes=50, header_count=4, header_bytes=200, body_bytes=100)


def status(headers: RawHeaders, target: bytes = b"/", method: str = "GET") -> int | None:
    """The status of the refusal, None when the request is accepted."""
    found = refusal(method, target, headers, LIMITS)
    return found.status if found else None


@pytest.mark.parametrize(
    "headers",
    [
        [HOST],
        [HOST, (b"content-length", b"100")],
        [HOST, (b"transfer-encoding", b"chunked")],
        [HOST, (b"x-a", b"1"), (b"x-a", b"2")],
    ],
)
def test_ordinary_requests_are_accepted(headers: RawHeaders) -> None:
    """Also with a body of either framing, and with repeated fields."""
    assert status(headers) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], 400),
        ([HOST, HOST], 400),
        ([HOST, (b"content-length", b"1"), (b"transfer-encoding", b"chunked")], 400),
        ([HOST, (b"content-length", b"1"), (b"content-length", b"1")], 400),
        ([HOST, (b"content-length", b"-1")], 400),
        ([HOST, (b"content-length", b"1, 1")], 400),
        ([HOST, (b"x_forwarded_for", b"1")], 400),
        ([HOST, (b"transfer-encoding", b"gzip, chunked")], 501),
        ([HOST, (b"content-length", b"101")], 413),
        ([HOST, *[(b"a", b"")] * 4], 431),
        ([HOST, (b"a", b"x" * 200)], 431),
        ([HOST, (b"expect", b"a miracle")], 417),
        ([HOST, (b"connection", b"close, Authorization")], 400),
    ],
)
def test_doubtful_requests_are_refused(headers: RawHeaders, expected: int) -> None:
    """Each with its standard answer."""
    assert status(headers) == expected


def test_a_long_target_is_refused() -> None:
    """414, as the standard says."""
    assert status([HOST], b"/" + b"x" * 50) == 414


@pytest.mark.parametrize("target", [b"http://other.test/", b"*", b"host:443", b"/a#b", b""])
def test_a_target_is_a_path(target: bytes) -> None:
    """Whatever else a target may be, no side of ours serves it."""
    assert status([HOST], target) == 400


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_what_is_for_the_proxy_itself_is_refused(method: str) -> None:
    """TRACE would show a client what the proxy adds, CONNECT is another kind of proxy."""
    assert status([HOST], b"/", method) == 405


def test_the_usual_expectation_is_met() -> None:
    """The server below says 100 Continue."""
    assert status([HOST, (b"expect", b"100-continue")]) is None
