"""Through the front door: fidelity of every byte, no smuggled request, no leak between users, storms of clients.

``PROVE=1`` runs these at the sizes of docs/evidence.md.
"""

import gzip
import os
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functional.echo import echoing
from tests.functional.evidence import evidence
from tests.functional.fronts import Front, conserved

PROVE = bool(os.environ.get("PROVE"))
Serving = Callable[..., AbstractContextManager[Any]]
# What the proxy adds to a request, what it adds to an answer, and what belongs to each connection's framing.
ADDED = {
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"forwarded",
    b"x-request-id",
    b"parity-hop",
}
FRAMING = {b"content-length", b"transfer-encoding", b"connection"}


@pytest.fixture(scope="module")
def front(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """One proxy for all tests here; each looks at conservation."""
    folder = tmp_path_factory.mktemp("front")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        admin = free.getsockname()[1]
    with echoing() as echo:
        log = f"sqlite:///{folder / 'log.db'}"
        arguments = ("--legacy", echo.url, "--new", echo.url, "--port", "0", "--admin-port", str(admin))
        with serving("proxy.cli", "serve", *arguments, "--log", log) as proxy:
            found = Front(proxy.url, admin, proxy.process.pid, echo)
            yield found
            found.close()


TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^`|~"
PIECES = st.one_of(
    st.sampled_from(
        ["%2F", "+", ";", "//", "..", ".", "%zz", "%", "@", ":", "'", '"', "|", "\\", "{", "%00", "[", "~"]
    ),
    st.text(TOKEN.replace("#", ""), min_size=1, max_size=8),
)
PATHS = st.lists(PIECES, max_size=6).map(lambda parts: ("/" + "/".join(parts)).encode())
QUERIES = st.one_of(st.none(), st.just(""), st.lists(PIECES, max_size=5).map("&".join))
VALUES = st.one_of(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=30),
    st.sampled_from(["", 'a, b;c="d"', "x\ty", "Mon, 01 Jan 2026 00:00:00 GMT", "grün", "a  b"]),
)
NAMES = st.one_of(
    st.text(TOKEN, min_size=1, max_size=12).map(lambda name: "x-" + name),
    st.sampled_from(
        ["Accept", "accept-encoding", "Cookie", "Authorization", "If-None-Match", "Range", "Accept"]
    ),
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
SIZES = st.sampled_from([0, 0, 0, 1, 100, 65536, 70000] + ([5_000_000] if PROVE else [1_200_000]))
STATUSES = st.one_of(st.sampled_from([200, 204, 304, 404, 412, 500, 503]), st.integers(200, 599))
ANSWER_FIELDS = st.lists(
    st.one_of(st.tuples(st.just("Set-Cookie"), VALUES), st.tuples(NAMES, VALUES), st.just(("Vary", "*"))),
    max_size=6,
)


def framed(body: bytes, chunked: bool) -> tuple[bytes, bytes]:
    """Framing fields and the body on the wire."""
    if not chunked:
        return b"Content-Length: %d\r\n" % len(body), body
    half = len(body) // 2
    parts = [part for part in (body[:half], body[half:]) if part]
    wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"Transfer-Encoding: chunked\r\n", wire + b"0\r\n\r\n"


def kept(fields: tuple[tuple[bytes, bytes], ...], without: set[bytes]) -> list[tuple[bytes, bytes]]:
    """Fields that must go through, names without case."""
    return [(name.lower(), value) for name, value in fields if name.lower() not in without]


@settings(
    max_examples=10_000 if PROVE else 150,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(
    method=st.sampled_from(["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO", "get"]),
    path=PATHS,
    query=QUERIES,
    fields=FIELDS,
    size=SIZES,
    chunked=st.booleans(),
    status=STATUSES,
    answer_fields=ANSWER_FIELDS,
    answer_size=SIZES,
    answer_chunked=st.booleans(),
    packed=st.booleans(),
)
def test_every_byte_goes_through(front: Front, **case: Any) -> None:
    """Both ways, but for the fields that this module lists."""
    target = case["path"] + (b"?" + case["query"].encode() if case["query"] is not None else b"")
    # Bytes that are no UTF-8 are bytes too.
    sent = tuple((name.encode(), value.encode("latin-1")) for name, value in case["fields"])
    body = (b"0123456789abcdef" * (case["size"] // 16 + 1))[: case["size"]]
    framing, wire = framed(body, case["chunked"]) if case["method"] not in ("GET", "HEAD") else (b"", b"")
    body = body if framing else b""
    head = b"%s %s HTTP/1.1\r\nHost: openml.test\r\n" % (case["method"].encode(), target)
    head += b"".join(b"%s: %s\r\n" % pair for pair in sent) + framing + b"\r\n"

    given_back = (b"fedcba9876543210" * (case["answer_size"] // 16 + 1))[: case["answer_size"]]
    back = tuple((name.encode(), value.encode("latin-1")) for name, value in case["answer_fields"])
    if case["packed"]:
        given_back = gzip.compress(given_back, mtime=0)
        back = (*back, (b"Content-Encoding", b"gzip"))
    bodiless = case["method"] == "HEAD" or case["status"] in (204, 304)
    answer_framing, answer_wire = framed(given_back, case["answer_chunked"])
    if bodiless:
        answer_framing, answer_wire, given_back = b"", b"", b""
    answer = b"HTTP/1.1 %d X\r\n" % case["status"] + b"".join(b"%s: %s\r\n" % pair for pair in back)
    front.echo.answer = answer + answer_framing + b"\r\n" + answer_wire
    front.echo.received.clear()

    found = front.ask(head + wire, case["method"].encode())

    seen = next(
        one for one in front.echo.received if not (one.field(b"parity-hop") or b"").startswith(b"shadow")
    )
    assert seen.line == b"%s %s HTTP/1.1" % (case["method"].encode(), target)
    expected = [(b"host", b"openml.test"), *((name.lower(), value.strip(b" \t")) for name, value in sent)]
    assert kept(seen.fields, ADDED | FRAMING) == expected
    assert seen.body == body
    assert found.line == b"HTTP/1.1 %d X" % case["status"]
    answered = [(name.lower(), value.strip(b" \t")) for name, value in back]
    assert kept(found.fields, FRAMING | {b"x-request-id"}) == answered
    assert found.body == given_back


HOST = b"Host: openml.test\r\n"
INNER = b"GET /smuggled HTTP/1.1\r\nHost: openml.test\r\n\r\n"
CORPUS = {
    "CL.TE": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + INNER,
    "TE.CL": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n"
    + INNER,
    "TE.TE": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"
    + INNER,
    "TE obfuscated": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + INNER,
    "TE with tab": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n"
    + INNER,
    "duplicate CL": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n"
    + INNER,
    "CL list": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0, 44\r\n\r\n" + INNER,
    "CL with plus": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +0\r\n\r\n" + INNER,
    "negative CL": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n" + INNER,
    "obs-fold": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n Content-Length: 44\r\n\r\n",
    "bare LF": b"GET / HTTP/1.1\n" + HOST + b"X: a\nContent-Length: 44\n\n",
    "bare CR": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rContent-Length: 44\r\n\r\n",
    "Content_Length": b"POST / HTTP/1.1\r\n" + HOST + b"Content_Length: 44\r\n\r\n",
    "space before colon": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length : 44\r\n\r\n" + INNER,
    "null in value": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    "absolute-form of no scheme": b"GET other.test/x HTTP/1.1\r\n" + HOST + b"\r\n",
    "absolute-form with a user": b"GET http://a@other.test/x HTTP/1.1\r\n" + HOST + b"\r\n",
    "TE in HTTP/1.0": b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER,
    "TE with vertical tab": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n"
    + INNER,
    "chunk ended by LF": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n"
    + INNER,
    "trailer is no field": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\n" + HOST + b"Host: other.test\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "long target": b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "long field": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
    "many fields": b"GET / HTTP/1.1\r\n" + HOST + b"a: b\r\n" * 1000 + b"\r\n",
    "huge CL": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n" + INNER,
    "huge chunk": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"
    + INNER,
    "broken chunk": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n"
    + INNER,
    "CONNECT": b"CONNECT other.test:443 HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "TRACE": b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    "Connection names Host": b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close, Host\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + INNER,
}
MAY_BE_SERVED = {"upgrade", "CONNECT"}


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_is_smuggled(front: Front, name: str) -> None:
    """Looked at where it counts: no second request at the socket of the side."""
    front.echo.received.clear()
    front.echo.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with front.connect() as connection:
        with suppress(OSError):
            connection.sendall(CORPUS[name])
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(OSError):
            while chunk := connection.recv(65536):
                answer += chunk
    served = [
        one for one in front.echo.received if not (one.field(b"parity-hop") or b"").startswith(b"shadow")
    ]
    assert not [one for one in served if b"smuggled" in one.line or b"smuggled" in one.body]
    if name not in MAY_BE_SERVED:
        assert served == []
        assert not answer or int(answer.split()[1]) in (400, 405, 408, 413, 414, 431, 501)
    assert conserved(front.totals())


def test_the_size_is_told(front: Front) -> None:
    """For docs/evidence.md."""
    totals = front.totals()
    assert conserved(totals)
    counts = ", ".join(
        f"{name} {totals[name]}" for name in ("received", "served", "refused", "client_gone", "pending")
    )
    evidence(f"fidelity and smuggling: {counts}, 0 bytes different, 0 requests smuggled")


def test_nothing_of_one_user_comes_to_another(front: Front) -> None:
    """Cookies, keys and answers stay with who sent and who asked, also when many ask at the same time."""
    front.echo.answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=SECRET\r\nContent-Length: 2\r\n\r\nok"
    front.echo.received.clear()
    users = 2000 if PROVE else 100

    def ask(user: int) -> None:
        with front.connect() as connection:
            fields = b"Cookie: user=%d\r\nAuthorization: Bearer key%d\r\nX-User: %d\r\n" % (user, user, user)
            connection.sendall(
                b"GET /page/%d HTTP/1.1\r\n" % user + HOST + fields + b"Connection: close\r\n\r\n"
            )
            while connection.recv(65536):
                pass

    _at_once(ask, users, 20)
    assert len(front.echo.received) == users
    for one in front.echo.received:
        user = one.line.split()[1].rpartition(b"/")[2]
        assert [one.field(name) for name in (b"x-user", b"cookie", b"authorization")] == [
            user,
            b"user=" + user,
            b"Bearer key" + user,
        ]
    assert conserved(front.totals())


def test_a_storm_of_clients_that_hang_up_leaves_nothing_behind(front: Front) -> None:
    """Afterwards the pools serve at once, descriptors are back, and every request is accounted for."""
    front.echo.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
    before = front.descriptors()
    chance = random.Random(7)
    storms = [(chance.random() * 0.02, chance.random() < 0.5) for _ in range(10_000 if PROVE else 300)]

    def ask(number: int) -> None:
        patience, reset = storms[number]
        with suppress(OSError), front.connect() as connection:
            head = b"POST" if number % 3 == 0 else b"GET"
            length = b"Content-Length: 1000\r\n\r\nxx" if number % 3 == 0 else b"\r\n"
            connection.sendall(
                head + b" /api/v1/json/data/features/qualities/list HTTP/1.1\r\n" + HOST + length
            )
            time.sleep(patience)
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    _at_once(ask, len(storms), 32)
    front.echo.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    started = time.monotonic()
    assert front.ask(b"GET /after HTTP/1.1\r\n" + HOST + b"\r\n").body == b"ok"
    assert time.monotonic() - started < 5
    assert conserved(front.totals())
    # Both sides' connections that are kept for reuse, and the clients' that are just closing.
    end = time.monotonic() + 20
    while front.descriptors() > before + 40 and time.monotonic() < end:
        time.sleep(0.1)
    after = front.descriptors()
    assert after <= before + 40
    gone = front.totals()["client_gone"]
    shown = f"{len(storms)} clients hung up, {gone} before their answer"
    evidence(f"storm: {shown}; descriptors {before} before, {after} after")


def _at_once(work: Callable[[int], None], number: int, threads: int) -> None:
    todo = iter(range(number))
    lock = threading.Lock()

    def run() -> None:
        while True:
            with lock:
                mine = next(todo, None)
            if mine is None:
                return
            work(mine)

    started = [threading.Thread(target=run) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
