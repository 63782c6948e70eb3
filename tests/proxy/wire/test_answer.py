"""An answer is what its bytes say, however they are cut, and nothing behind it belongs to it."""

from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.wire.answer import MOST_HEAD, Answer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def fed(*pieces: bytes, bodiless: bool = False) -> Answer:
    """An answer that came in pieces."""
    answer = Answer(bodiless=bodiless)
    for piece in pieces:
        answer.feed(piece)
    return answer


def told(*pieces: bytes, bodiless: bool = False) -> str:
    """Why an answer is none."""
    with pytest.raises(httpx.RemoteProtocolError) as raised:
        fed(*pieces, bodiless=bodiless)
    return str(raised.value)


FORMS = [
    (OK + b"Content-Length: 5\r\n\r\nhello", True, True),
    (OK + b"Content-Length: 5\r\nConnection: close\r\n\r\nhello", True, False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", True, False),
    (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", True, True),
    (CHUNKED + b"2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n", True, True),
    (CHUNKED + b"5\r\nhello\r\n0\r\nX-T: 1\r\nY-T: 2\r\n\r\n", True, True),
    (OK + b"\r\nhello", False, False),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello", True, True),
    (
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 P\r\n\r\n"
        + OK
        + b"content-length:5\r\n\r\nhello",
        True,
        True,
    ),
]


@given(st.sampled_from(FORMS), st.lists(st.integers(1, 150)))
def test_every_framing_gives_its_body(form: tuple[bytes, bool, bool], cuts: list[int]) -> None:
    """Wherever the pieces are cut; what comes before an answer and behind its chunks is no part of it."""
    wire, whole, reusable = form
    places = [0, *sorted({cut for cut in cuts if cut < len(wire)}), len(wire)]
    answer = fed(*(wire[start:end] for start, end in pairwise(places)))
    assert (answer.status, answer.reason, answer.take()) == (200, b"OK", b"hello")
    assert (answer.whole, answer.reusable) == (whole, reusable)
    assert answer.end()
    assert not {b"Link", b"X-T"} & {name for name, _ in answer.fields}


def test_a_head_stays_as_it_came() -> None:
    """Names, order, repetitions, bytes that are no ASCII; only blanks around values go."""
    answer = fed(b"HTTP/1.1 404 Gr\xfcn\r\nX-B: 1\r\nx-b:\t2 \t\r\nX-A:\r\nX-A: \xe9\tb\r\n\r\n")
    assert (answer.status, answer.reason) == (404, b"Gr\xfcn")
    assert answer.fields == [(b"X-B", b"1"), (b"x-b", b"2"), (b"X-A", b""), (b"X-A", b"\xe9\tb")]


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body(status: int) -> None:
    """Whatever their length says."""
    answer = fed(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status)
    assert (answer.whole, answer.reusable, answer.take()) == (True, True, b"")
    assert "longer" in told(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\nhello" % status)


@pytest.mark.parametrize("framing", [b"Content-Length: 5\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_an_answer_to_head_has_no_body(framing: bytes) -> None:
    """Also in part, and in any framing."""
    answer = fed(OK + framing, bodiless=True)
    assert (answer.whole, answer.reusable, answer.take()) == (True, True, b"")
    for body in (b"5", b"5\r\n", b"5\r\nhello", b"hello"):
        assert "longer" in told(OK + framing + body, bodiless=True)


@pytest.mark.parametrize(
    "wire",
    [
        OK + b"Content-Length: 2\r\n\r\nok?",
        OK + b"Content-Length: 2\r\nConnection: close\r\n\r\nok?",
        (OK + b"Content-Length: 2\r\n\r\nok") * 2,
        CHUNKED + b"2\r\nok\r\n0\r\n\r\nHTTP",
    ],
)
def test_what_stands_behind_an_answer_is_refused(wire: bytes) -> None:
    """It is never the next one."""
    assert told(wire) == "the answer is longer than it said"
    end = wire.index(b"\r\n\r\n") + 4
    assert told(wire[:end], wire[end:]) == "the answer is longer than it said"


@pytest.mark.parametrize(
    "wire",
    [
        OK + b"Content-Length: 5\r\n\r\nhell",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\nX-T: 1\r\n",
        OK + b"Transfer-Encoding: Chunked \r\n\r\n5\r\nhello\r\n",
        OK + b"Content-Le",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_a_cut_answer_is_not_whole(wire: bytes) -> None:
    """Only where nothing says its length, the end of the connection is its end."""
    assert not fed(wire).end()


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 2\r\nContent-Length: 2\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n",
        b"Content-Length: 2, 2\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        b"Name : x\r\n",
        b"No-Colon\r\n",
        b"A: a\rb\r\n",
    ],
)
def test_an_ambiguous_head_is_refused(fields: bytes) -> None:
    """Two lengths, a length and chunks, a field that is none."""
    assert told(OK + fields + b"\r\nok")


@pytest.mark.parametrize("value", [b"gzip", b"gzip, chunked", b"chunked, gzip", b"identity", b"x"])
def test_a_coding_that_nobody_asked_for_is_refused(value: bytes) -> None:
    """A client would get its body without its name."""
    body = b"5\r\nhello\r\n0\r\n\r\n"
    wanted = "a transfer coding other than chunked"
    assert told(OK + b"transfer-ENCODING: " + value + b"\r\n\r\n" + body) == wanted


@pytest.mark.parametrize("status", [101, 600, 999])
def test_a_status_that_is_none_is_refused(status: int) -> None:
    """No other protocol is spoken behind 101."""
    head = b"HTTP/1.1 %d X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw" % status
    assert told(head) == f"{status} is no status"


@pytest.mark.parametrize("place", [b"200 O\x01K\r\n", b"200 OK\r\nA: \x00\r\n", b"200 OK\r\nA: b\x7f\r\n"])
def test_control_characters_are_refused(place: bytes) -> None:
    """They could not be passed on."""
    assert told(b"HTTP/1.1 " + place + b"\r\n") == "a control character in the head"


@pytest.mark.parametrize("piece", [1000, 66_000])
@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 200 " + b"x" * 140_000 + b"\r\n\r\n",
        OK + b"A: " + b"x" * 140_000 + b"\r\n\r\n",
        OK + b"A: " + b"x" * 140_000,
        OK + b"".join(b"A%d: %b\r\n" % (number, b"x" * 1000) for number in range(140)) + b"\r\n",
        CHUNKED + b"0\r\nT: " + b"x" * 140_000,
        CHUNKED + b"0\r\n" + b"T: x\r\n" * 40_000,
    ],
)
def test_heads_and_trailers_are_bounded(wire: bytes, piece: int) -> None:
    """In one piece or in many, with an end or without."""
    found = told(*(wire[at : at + piece] for at in range(0, len(wire), piece)))
    assert found == f"Got more than {MOST_HEAD} bytes when reading"


def test_fields_are_few() -> None:
    """Short ones are counted."""
    fields = [b"A%d:\r\n" % number for number in range(129)]
    assert len(fed(OK + b"".join(fields[:128]) + b"\r\n").fields) == 128
    assert told(OK + b"".join(fields) + b"\r\n") == "Too many headers received"


def test_a_long_body_is_no_long_head() -> None:
    """Of any form; nothing of it is kept once it is taken."""
    answer = Answer(bodiless=False)
    answer.feed(CHUNKED)
    for _ in range(20):
        answer.feed(b"1\r\na\r\n" * 5000)
        assert answer.waiting == 5000
        assert answer.take() == b"a" * 5000
    assert (answer.waiting, answer.take()) == (0, b"")
