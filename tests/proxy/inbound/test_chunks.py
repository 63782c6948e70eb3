"""Bodies end where their framing says, and what is not body is bounded."""

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Limits
from proxy.inbound.chunks import Body, Chunked, Sized, body_of
from proxy.inbound.head import Refused

LIMITS = Limits(header_bytes=200, header_count=3)


def taken(body: Body, *pieces: bytes) -> tuple[bytes, bytes, bool]:
    """The body, what stands behind it, and whether it has come to its end."""
    parts: list[bytes] = []
    rest = b""
    for piece in pieces:
        part, rest = body.take(piece)
        parts.append(part)
    return b"".join(parts), rest, body.over


def test_a_length_is_counted() -> None:
    """What comes behind it is no part of the body."""
    assert taken(Sized(5), b"abc", b"defg") == (b"abcde", b"fg", True)
    assert Sized(0).over


@pytest.mark.parametrize(
    "wire",
    [
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"3;a=b\r\nabc\r\n0002 ; x\r\nde\r\n000;y\r\nTrailer: 1\r\nB:\r\n\r\n",
        b'5;a = "; \\"";b\r\nabcde\r\n0\r\n\r\n',
    ],
)
def test_chunks_are_joined(wire: bytes) -> None:
    """In one piece or byte by byte; extensions and trailers are dropped."""
    assert taken(Chunked(LIMITS), wire + b"GET") == (b"abcde", b"GET", True)
    pieces = [wire[at : at + 1] for at in range(len(wire))]
    assert taken(Chunked(LIMITS), *pieces) == (b"abcde", b"", True)


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (b"zz\r\n", 400),
        (b"\r\n", 400),
        (b"-1\r\n", 400),
        (b"+1\r\n", 400),
        (b"0x1\r\n", 400),
        (b"1 \r\n", 400),
        (b"1\n", 400),
        (b"1_0\r\n", 400),
        (b"fffffffffffffffff\r\n", 400),
        (b"1;\x00\r\n", 400),
        (b"1;\r\n", 400),
        (b'1;a="\r\n', 400),
        (b"3\r\nabcX", 400),
        (b"3\r\nabc\n", 400),
        (b"0\r\n bad\r\n", 400),
        (b"0\r\nA: \x01\r\n", 400),
        (b"0\r\nno field\r\n", 400),
        (b"1;" + b"x" * 300, 431),
        (b"0\r\nA: " + b"x" * 300, 431),
        (b"0\r\n" + b"A: b\r\n" * 4, 431),
        ((b"1;" + b"x" * 50 + b"\r\na\r\n") * 8, 431),
    ],
)
def test_what_is_no_chunk_is_refused(wire: bytes, status: int) -> None:
    """Also extensions of many chunks that are long together only."""
    with pytest.raises(Refused) as refused:
        taken(Chunked(LIMITS), wire)
    assert refused.value.refusal.status == status


class _Oracle:
    """llhttp, as far as a body goes."""

    def __init__(self) -> None:
        self.body = b""
        self.over = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.over = True


@given(
    st.lists(
        st.sampled_from(
            [b"3", b"0", b"\r\n", b"\n", b"abc", b";x", b"A: b\r\n", b" ", b"3\r\nabc\r\n", b"0\r\n\r\n"]
        ),
        max_size=12,
    )
)
def test_nothing_is_taken_that_llhttp_refuses(pieces: list[bytes]) -> None:
    """And what both take is the same body; only blanks beside an extension are legal here (RFC 9112, 7.1.1)."""
    wire = b"".join(pieces)
    while b" ;" in wire or b"; " in wire:
        wire = wire.replace(b" ;", b";").replace(b"; ", b";")
    oracle = _Oracle()
    parser = httptools.HttpRequestParser(oracle)
    parser.feed_data(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        body, rest, over = taken(Chunked(LIMITS), wire)
    except Refused:
        return
    if not over:
        return
    parser.feed_data(wire[: len(wire) - len(rest)])
    assert (oracle.body, oracle.over) == (body, True)


def test_the_framing_is_that_of_the_head() -> None:
    """Without any, there is no body."""
    assert isinstance(body_of([(b"transfer-encoding", b"chunked")], LIMITS), Chunked)
    assert taken(body_of([(b"content-length", b"2")], LIMITS), b"abc") == (b"ab", b"c", True)
    assert body_of([(b"a", b"b")], LIMITS).over
