"""HTTP to the letter: every sentence at raw sockets, with a side that sees every byte."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.functional.echo import Echo, Message, echoing
from tests.functional.proxies import Running, proxied

Serving = Callable[..., AbstractContextManager[Any]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
END = b"Connection: close\r\n\r\n"


class Pair:
    """A proxy and the side behind it."""

    def __init__(self, proxy: Running, echo: Echo) -> None:
        self.proxy = proxy
        self.echo = echo

    def ask(self, *pieces: bytes, answer: bytes = OK, half_closed: bool = False) -> bytes:
        """What a connection gives until the other end closes it, which it must within ten seconds."""
        self.echo.received.clear()
        self.echo.answer = answer
        with socket.create_connection(self.proxy.address, timeout=10) as connection:
            for piece in pieces:
                connection.sendall(piece)
            if half_closed:
                connection.shutdown(socket.SHUT_WR)
            found = b""
            while chunk := connection.recv(65536):
                found += chunk
        return found

    @property
    def served(self) -> list[Message]:
        """The requests that came from clients."""
        return [
            one for one in self.echo.received if not (one.field(b"parity-hop") or b"").startswith(b"shadow")
        ]


@contextmanager
def pair(serving: Serving, folder: Path, **environment: str) -> Iterator[Pair]:
    """A proxy with settings of its own."""
    os.environ.update(environment)
    try:
        with echoing() as echo, proxied(serving, folder, echo.url, echo.url) as proxy:
            yield Pair(proxy, echo)
            totals = proxy.totals()
            assert totals["received"] == totals["served"] + totals["refused"] + totals["client_gone"]
            assert totals["served"] == sum(totals["verdicts"].values())
    finally:
        for name in environment:
            del os.environ[name]


@pytest.fixture(scope="module")
def front(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One proxy as it is by default."""
    with pair(serving, tmp_path_factory.mktemp("letter")) as found:
        yield found


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
def test_an_upgrade_keeps_its_body(front: Pair, body: bytes) -> None:
    """As ``curl --http2 -d`` sends one."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    answer = front.ask(b"POST /api/v1/json/data/tag HTTP/1.1\r\nHost: h\r\n" + upgrade + body)
    assert answer.endswith(b"\r\n\r\nok")
    [seen] = front.served
    assert (seen.body, seen.field(b"upgrade"), seen.field(b"http2-settings")) == (b"hello", None, None)


@pytest.mark.parametrize("form", [b"http://b:80/x?y=%2F", b"HTTPS://b:80/x?y=%2F"])
def test_an_absolute_form_is_accepted(front: Pair, form: bytes) -> None:
    """Its authority is the Host, whatever Host says (RFC 9112, 3.2.2)."""
    assert front.ask(b"GET %b HTTP/1.1\r\nHost: a\r\n" % form + END).startswith(b"HTTP/1.1 200")
    [seen] = front.served
    assert (seen.line, seen.field(b"host"), seen.field(b"x-forwarded-host")) == (
        b"GET /x?y=%2F HTTP/1.1",
        b"b:80",
        b"b:80",
    )


@pytest.mark.parametrize(
    "host", [b"", b" ", b"a b", b"a,b", b"a/b", b"u@a", b"\xff", b"a:b", b"a:1:2", b"[::1", b"a?b"]
)
def test_an_invalid_host_is_refused(front: Pair, host: bytes) -> None:
    """400, and nobody is asked."""
    assert front.ask(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert front.served == []


@pytest.mark.parametrize(
    "host", [b"openml.org", b"a:8080", b"[::1]:80", b"a_b.test", b"a:", b"xn--bcher-kva.de"]
)
def test_a_valid_host_goes_on_as_it_came(front: Pair, host: bytes) -> None:
    """A port or an address of version 6 among them."""
    front.ask(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n" + END)
    assert [one.field(b"host") for one in front.served] == [host]


def test_connection_removes_nothing_of_the_proxy(front: Pair) -> None:
    """The sides know who asked, whatever a client names."""
    named = [
        b"forwarded",
        b"x-forwarded-for",
        b"X-Forwarded-Proto",
        b"x-forwarded-host",
        b"x-request-id",
        b"parity-hop",
    ]
    fields = b"Connection: close, x-own, " + b", ".join(named) + b"\r\nX-Own: 1\r\n\r\n"
    assert front.ask(b"GET / HTTP/1.1\r\nHost: h\r\n" + fields).startswith(b"HTTP/1.1 200")
    [seen] = front.served
    assert [name for name in named if not seen.field(name.lower())] == []
    assert seen.field(b"x-own") is None


def test_http_1_0_gets_no_chunks_and_no_100(front: Pair) -> None:
    """The end of the connection is the end of the answer (RFC 9112, 6.1)."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    request = b"POST /x HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    head, _, body = front.ask(request, b"hi", answer=chunked).partition(b"\r\n\r\n")
    assert (head[:15], body, b"chunked" in head.lower()) == (b"HTTP/1.1 200 OK", b"abcde", False)
    assert front.ask(b"GET / HTTP/1.0\r\n\r\n").endswith(b"ok")


@pytest.mark.parametrize(
    "length", [b"9" * 5001, b"1" * 20, b"0" * 5001, b"1_0", b"+1", b"-1", b"0x1", b"\xb2", b"1, 1", b""]
)
def test_a_length_that_is_none_is_refused(front: Pair, length: bytes) -> None:
    """400, whatever its digits."""
    answer = front.ask(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + b"\r\n\r\n")
    assert (answer[:12], front.served) == (b"HTTP/1.1 400", [])


def test_501_closes_the_connection(front: Pair) -> None:
    """Nobody knows where the request ends."""
    inner = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
    answer = front.ask(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + inner)
    assert answer.startswith(b"HTTP/1.1 501 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert (answer.count(b"HTTP/1.1 "), front.served) == (1, [])


@pytest.mark.parametrize("sent", [b"", b"80000\r\n" + b"x" * 0x80000 + b"\r\n"], ids=["at once", "later"])
@pytest.mark.parametrize(
    ("rest", "status"), [(b"0x2\r\nhi\r\n", b"400"), (b"0\r\nX: " + b"x" * 70_000, b"431")]
)
def test_a_body_that_is_refused_is_counted_so(
    serving: Serving, tmp_path: Path, sent: bytes, rest: bytes, status: bytes
) -> None:
    """While it is taken in, and while the side has it already: its client has not gone."""
    with pair(serving, tmp_path, PARITY_SHADOW_REQUEST_BYTES="65536") as front:
        head = b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert front.ask(head + sent + rest)[:12] == b"HTTP/1.1 " + status
        totals = front.proxy.totals()
        assert [totals[name] for name in ("received", "refused", "client_gone")] == [1, 1, 0]
        assert b'parity_refusals_total{status="%s"} 1.0' % status in front.proxy.told("/-/metrics")


def test_blanks_and_tabs_around_values_are_legal(front: Pair) -> None:
    """Those of the framing among them; within a value they are its own."""
    head = b"POST / HTTP/1.1\r\nHost:\t h \t\r\nX-A: \t a\tb  c \t \r\nX-B:\t\r\nConnection:\tclose\t\r\n"
    for framing in (
        b"Content-Length:\t2 \t\r\n\r\nhi",
        b"Transfer-Encoding:\t chunked \t\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ):
        assert front.ask(head + framing).endswith(b"ok")
        [seen] = front.served
        assert [seen.field(name) for name in (b"host", b"x-a", b"x-b")] == [b"h", b"a\tb  c", b""]
        assert seen.body == b"hi"


def test_a_half_closed_client_gets_its_answer(front: Pair) -> None:
    """It says that it sends no more, not that it has gone."""
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000
    answer = front.ask(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", answer=big, half_closed=True)
    assert len(answer.partition(b"\r\n\r\n")[2]) == 3_000_000
    both = front.ask(
        b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", half_closed=True
    )
    assert (both.count(b"HTTP/1.1 200 OK"), len(front.served)) == (2, 2)
    cut = front.ask(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", half_closed=True)
    assert (cut, front.served) == (b"", [])


@pytest.mark.parametrize(
    "field", [b"X-A: a\x01b", b"X-A: a\x7f", b"X-A: \x1b[31m", b"Set-Cookie: a\x0bb", b"X-A: a\x00b"]
)
def test_a_control_character_of_a_side_is_502(front: Pair, field: bytes) -> None:
    """The answer cannot be passed on as it is."""
    broken = b"HTTP/1.1 200 OK\r\n" + field + b"\r\nContent-Length: 2\r\n\r\nok"
    assert front.ask(b"GET / HTTP/1.1\r\nHost: h\r\n" + END, answer=broken).startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize(
    "reason", [b"OK", b"Precondition Failed", b"Sehr gut", b"Gr\xfcn", b"caf\xc3\xa9", b""]
)
@pytest.mark.parametrize("path", [b"/", b"/api/v1/json/data/1"])
def test_reason_phrases_pass(front: Pair, reason: bytes, path: bytes) -> None:
    """Also an empty one, and bytes that are no ASCII."""
    answer = b"HTTP/1.1 412 " + reason + b"\r\nContent-Length: 2\r\n\r\nok"
    found = front.ask(b"GET " + path + b" HTTP/1.1\r\nHost: h\r\n" + END, answer=answer)
    assert found.startswith(b"HTTP/1.1 412 " + reason + b"\r\n")


@pytest.mark.parametrize(
    "target",
    [
        b"/api/v1/json/data/list/tag/\xc3\xa9t\xc3\xa9",
        b"/\xff?q=\x80",
        b"/datasets/\xe9",
        b"/api/v1/json/data/\xff",
    ],
)
def test_raw_bytes_in_a_path_go_on_as_they_came(front: Pair, target: bytes) -> None:
    """PHP reads them, and so do clients of long ago write them."""
    answer = front.ask(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\n" + END)
    assert answer.startswith(b"HTTP/1.1 200")
    assert [one.line for one in front.served] == [b"GET " + target + b" HTTP/1.1"]


def test_an_underscore_in_a_name_is_refused_and_said(front: Pair) -> None:
    """400 with what is wrong."""
    answer = front.ask(b"GET / HTTP/1.1\r\nHost: h\r\napi_key: x\r\n\r\n")
    assert (answer[:12], b"underscore" in answer, front.served) == (b"HTTP/1.1 400", True, [])


@pytest.mark.parametrize("name", [b"X.Forwarded.For", b"x-real.ip", b"Content!Length", b"parity~shadow"])
def test_no_name_is_read_as_one_of_the_proxy(front: Pair, name: bytes) -> None:
    """PHP makes underscores of dots, and servers before it of other signs; what it reads as nothing of ours goes on."""
    head = b"GET / HTTP/1.1\r\nHost: h\r\n"
    assert front.ask(head + name + b": 1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert front.served == []
    front.ask(head + b"X.Own: y\r\n" + END)
    assert [seen.field(b"x.own") for seen in front.served] == [b"y"]


def test_without_strict_names_an_underscore_goes_on(serving: Serving, tmp_path: Path) -> None:
    """But not in the proxy's name, which PHP would read it as."""
    with pair(serving, tmp_path, PARITY_LIMITS_STRICT_NAMES="false") as front:
        head = b"GET / HTTP/1.1\r\nHost: h\r\n"
        front.ask(head + b"Api_Key: x\r\nX_Own: y\r\n" + END)
        [seen] = front.served
        assert (seen.field(b"api_key"), seen.field(b"x_own")) == (b"x", b"y")
        for name in (b"X_Forwarded_For", b"Content_Length", b"Parity_Shadow"):
            assert front.ask(head + name + b": 1\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_the_time_of_a_client_is_a_gap_and_the_total_its_own(serving: Serving, tmp_path: Path) -> None:
    """A slow line is served; a silent one and an endless one are not."""
    head = b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"

    def trickle(front: Pair, length: int, pieces: int) -> bytes:
        with socket.create_connection(front.proxy.address, timeout=10) as connection:
            connection.sendall(head % length)
            for _ in range(pieces):
                time.sleep(0.1)
                connection.sendall(b"x")
            return connection.recv(65536)

    times = {"PARITY_TIMEOUTS_CLIENT": "1", "PARITY_TIMEOUTS_CLIENT_TOTAL": "3"}
    with pair(serving, tmp_path, **times) as front:
        assert trickle(front, 8, 8).startswith(b"HTTP/1.1 200")
        assert trickle(front, 9, 1).startswith(b"HTTP/1.1 408")
        assert trickle(front, 99, 29).startswith(b"HTTP/1.1 408")
