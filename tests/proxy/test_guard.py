"""Requests that are refused before anybody is asked."""

import pytest

from config.settings import Limits
from proxy.guard import RawHeaders, refusal

HOST = (b"host", b"openml.test")
LIMITS = Limits(target_bytes=50, header_count=4, header_bytes=200, body_bytes=100)


def status(headers: RawHeaders, target: bytes = b"/") -> int | None:
    """The status of the refusal, None when the request is accepted."""
    found = refusal(target, headers, LIMITS)
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
    ],
)
def test_doubtful_requests_are_refused(headers: RawHeaders, expected: int) -> None:
    """Each with its standard answer."""
    assert status(headers) == expected


def test_a_long_target_is_refused() -> None:
    """414, as the standard says."""
    assert status([HOST], b"/" + b"x" * 50) == 414
