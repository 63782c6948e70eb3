"""Heads are read to the letter, piece by piece, and never beyond their limits."""

import time

import pytest

from config.settings import Limits
from proxy.inbound.head import Head, HeadReader, Refused

LIMITS = Limits(target_bytes=100, header_count=5, header_bytes=500)


def read(*pieces: bytes, limits: Limits = LIMITS) -> Head | None:
    """The head that comes of some pieces."""
    reader = HeadReader(limits)
    head = None
    for piece in pieces:
        reader.add(piece)
        head = reader.head()
    return head


def test_a_head_is_read_as_it_came() -> None:
    """Names in lower case, without the blanks and tabs around values."""
    head = read(
        b"\r\n\r\nge",
        b"t /\xc3\xa9%2F?#",
        b" HTTP/1.1\r\nHost:\t h \t\r\nX-A:\r\nx-a: b\xffc\td\r\n\r",
        b"\n",
    )
    fields = [(b"host", b"h"), (b"x-a", b""), (b"x-a", b"b\xffc\td")]
    assert head == Head("get", b"/\xc3\xa9%2F?#", "1.1", fields)


@pytest.mark.parametrize(
    ("target", "host", "expected", "authority"),
    [
        (b"http://a:80/x?y", b"b", b"/x?y", b"a:80"),
        (b"HTTPS://[::1]", b"b", b"/", b"[::1]"),
        (b"http://a?q", b"b", b"/?q", b"a"),
        (b"http://u@a/", b"b", b"http://u@a/", b"b"),
        (b"ftp://a/", b"b", b"ftp://a/", b"b"),
    ],
)
def test_an_absolute_form_is_a_path_and_a_host(
    target: bytes, host: bytes, expected: bytes, authority: bytes
) -> None:
    """RFC 9112, 3.2.2; one that is none stays, and is refused as no path."""
    head = read(b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (target, host))
    assert head == Head("GET", expected, "1.1", [(b"host", authority)])


def test_http_1_0_may_say_its_host_in_the_target_only() -> None:
    """It is told to the side all the same."""
    assert read(b"GET http://a/ HTTP/1.0\r\n\r\n") == Head("GET", b"/", "1.0", [(b"host", b"a")])


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\r\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: \x00", 400),
        (b"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n A: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nnonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n: b\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / http/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1 \r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"CONNECT h:443 HTTP/1.1\r\n\r\n", 405),
        (b"GET /" + b"x" * 100 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /" + b"x" * 700, 414),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 700, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 6 + b"\r\n", 431),
    ],
)
def test_what_is_no_head_is_refused(data: bytes, status: int) -> None:
    """At once where that can be seen, each with its standard answer."""
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.refusal.status == status


@pytest.mark.parametrize("bad", [b"\x00", b"\n", b"\r", b"\x7f"])
def test_a_long_head_is_looked_at_when_it_is_whole(bad: bytes) -> None:
    """Hundreds that do not end cost little; none is taken for that."""
    reader = HeadReader(Limits())
    reader.add(b"GET / HTTP/1.1\r\nA: " + b"x" * 9000 + bad + b"y\r\nB: ")
    assert reader.head() is None
    reader.add(b"c\r\n\r\n")
    with pytest.raises(Refused):
        reader.head()


@pytest.mark.parametrize(
    ("field", "last"),
    [
        (b"Connection: a, Close", True),
        (b"Upgrade: h2c", True),
        (b"Connection: closer", False),
        (b"A: close", False),
    ],
)
def test_some_requests_are_the_last(field: bytes, last: bool) -> None:
    """The client says so, or another protocol may follow."""
    head = read(b"GET / HTTP/1.1\r\n" + field + b"\r\n\r\n")
    assert head is not None
    assert head.is_last is last


def test_what_stands_behind_a_head_stays() -> None:
    """For the body, or for the next request."""
    reader = HeadReader(LIMITS)
    reader.add(b"GET / HTTP/1.1\r\n\r\nrest")
    assert reader.head() is not None
    assert (len(reader), reader.rest(), len(reader)) == (4, b"rest", 0)


def test_a_head_that_comes_byte_by_byte_is_looked_at_once() -> None:
    """Eight times the length takes about eight times as long."""

    def seconds(length: int) -> float:
        reader = HeadReader(Limits(header_bytes=10_000_000))
        reader.add(b"GET / HTTP/1.1\r\nA: ")
        started = time.process_time()
        for _ in range(length):
            reader.add(b"x")
            assert reader.head() is None
        return time.process_time() - started

    seconds(1000)
    assert seconds(80_000) < 16 * seconds(10_000)
