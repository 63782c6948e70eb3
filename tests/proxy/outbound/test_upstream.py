"""The upstream sends and gives what it was given, byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from diffing.model import Headers
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream

pytestmark = pytest.mark.anyio
Raw = Callable[[Any], AbstractAsyncContextManager[str]]

ANSWER = (
    b"HTTP/1.1 450 \r\nSet-Cookie: a=1; Path=/\r\nX-Name: \xc3\xa9\r\nSet-Cookie: b=2\r\n"
    b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x00"
)


class Echo:
    """Keeps what arrives and gives one fixed answer."""

    def __init__(self, answer: bytes = ANSWER) -> None:
        self.heads: list[bytes] = []
        self.answer = answer

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()


@pytest.mark.parametrize(
    "target",
    [
        b"//api/v1/./x/../%31?a=%zz&b=+",
        b'/a%20b"<>^`{|}',
        b"/?/api/v1/json/data/1",
        "/é?ü".encode(),
        b"/\xe9?\xfc\xff",
        b"/data/list/tag/a%2Fb%2",
        b"/x?a=1&a=2&&=",
    ],
)
async def test_the_target_arrives_as_it_was(raw: Raw, target: bytes) -> None:
    """Neither path nor query is decoded, encoded, sorted or normalised."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        await observe(side, "GET", target, (("Host", "openml.test"),))
    assert echo.heads[0].split(b"\r\n")[0] == b"GET " + target + b" HTTP/1.1"


@pytest.mark.parametrize("method", ["FOO", "get", "post"])
async def test_a_method_arrives_as_it_was(raw: Raw, method: str) -> None:
    """In whatever case, and whether anybody knows it."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        await observe(side, method, b"/", (("Host", "h"),))
    assert echo.heads[0].startswith(method.encode() + b" / HTTP/1.1")


async def test_a_head_is_never_two(raw: Raw) -> None:
    """Whatever stands in a field."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        for value in ("a\r\nX: b", "a\nX: b", "a\rb", "a\x00b"):
            assert "control character" in str((await observe(side, "GET", b"/", (("X-A", value),))).error)
    assert echo.heads == []


async def test_the_path_of_the_base_comes_first(raw: Raw) -> None:
    """A side may live below a path."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url + "/php/") as side:
        await observe(side, "GET", b"/api/v1?x")
    assert echo.heads[0].startswith(b"GET /php/api/v1?x HTTP/1.1\r\n")


async def test_request_headers_arrive_in_order_and_nothing_is_added(raw: Raw) -> None:
    """Duplicates survive; no Accept, Accept-Encoding, User-Agent or Cookie appears."""
    echo = Echo()
    headers = (("Host", "openml.test"), ("X-B", "1"), ("X-A", "é"), ("X-B", "2"))
    async with raw(echo) as url, Upstream(url) as side:
        await observe(side, "GET", b"/", headers)
        await observe(side, "GET", b"/", headers)
    lines = [b"GET / HTTP/1.1", b"Host: openml.test", b"X-B: 1", b"X-A: \xe9", b"X-B: 2", b"", b""]
    assert [head.split(b"\r\n") for head in echo.heads] == [lines, lines]


async def test_a_repeated_header_in_another_case_survives(raw: Raw) -> None:
    """Header names ignore case, neither values nor the case get lost over it."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        await observe(side, "GET", b"/", (("Host", "h"), ("X-B", "1"), ("x-b", "2"), ("X-B", "3")))
    assert echo.heads[0].split(b"\r\n")[2:5] == [b"X-B: 1", b"x-b: 2", b"X-B: 3"]


async def test_the_answer_comes_as_it_was(raw: Raw) -> None:
    """Status 450, duplicate headers and an encoded body are passed on undisturbed."""
    async with raw(Echo()) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/")
    headers = (
        ("Set-Cookie", "a=1; Path=/"),
        ("X-Name", "é".encode().decode("latin-1")),
        ("Set-Cookie", "b=2"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", "3"),
    )
    assert (found.status, found.headers, found.body, found.error) == (450, headers, b"\x1f\x8b\x00", None)


async def test_a_redirect_is_an_answer(raw: Raw) -> None:
    """The client follows redirects, not the proxy."""
    echo = Echo(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    async with raw(echo) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/")
    assert (found.status, len(echo.heads)) == (302, 1)


async def test_a_body_of_unknown_length_is_sent_in_chunks(raw: Raw) -> None:
    """Framing is made anew."""
    received = bytearray()

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.readuntil(b"0\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async def body_in_pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two!"

    async with raw(server) as url, Upstream(url) as side:
        answer = await side.ask("POST", b"/up", (), body_in_pieces())
        await answer.aclose()
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    assert (b"Transfer-Encoding: chunked" in head, body) == (True, b"3\r\none\r\n4\r\ntwo!\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("method", "headers", "body", "lines"),
    [
        ("GET", (), b"", [b"Host: HERE"]),
        ("GET", (("X", "1"), ("host", "h")), b"", [b"X: 1", b"host: h"]),
        ("POST", (("Host", "h"),), b"", [b"Host: h", b"Content-Length: 0"]),
        ("PUT", (("Host", "h"),), b"abc", [b"Host: h", b"Content-Length: 3"]),
        ("GET", (("content-length", "3"), ("Host", "h")), b"abc", [b"content-length: 3", b"Host: h"]),
        (
            "POST",
            (("Host", "h"), ("Transfer-Encoding", "chunked")),
            b"abc",
            [b"Host: h", b"Content-Length: 3"],
        ),
    ],
)
async def test_a_request_has_one_host_and_one_length(
    raw: Raw, method: str, headers: Headers, body: bytes, lines: list[bytes]
) -> None:
    """What the client did not say is added behind what it said; the Host before it."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        assert (await observe(side, method, b"/", headers, body)).error is None
    host = url.removeprefix("http://").encode()
    assert echo.heads[0].split(b"\r\n")[1:-2] == [line.replace(b"HERE", host) for line in lines]


@pytest.mark.parametrize("lengths", [("2",), ("4",), ("3", "3"), ("+3",), ("x",)])
async def test_a_request_is_as_long_as_it_says(raw: Raw, lengths: tuple[str, ...]) -> None:
    """Else its rest would be another one."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        headers = [("Content-Length", length) for length in lengths]
        found = await observe(side, "POST", b"/", tuple(headers), b"abc")
    assert ("body" in (found.error or ""), echo.heads) == (True, [])


async def test_a_method_is_a_token(raw: Raw) -> None:
    """Else it would be a target, too."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        for method in ("", "G T", "GÉT"):
            assert "no token" in str((await observe(side, method, b"/")).error)
    assert echo.heads == []


async def test_a_target_of_a_query_alone_has_a_path(raw: Raw) -> None:
    """As a browser would send it."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url) as side:
        for target in (b"", b"?x", b"/?"):
            await observe(side, "GET", target)
    assert [head.split(b" ")[1] for head in echo.heads] == [b"/", b"/?x", b"/?"]


async def test_a_name_and_a_password_of_the_base_go_along(raw: Raw) -> None:
    """Unless the client has its own."""
    echo = Echo()
    async with raw(echo) as url, Upstream(url.replace("//", "//u:p%40@")) as side:
        await observe(side, "GET", b"/", (("Host", "h"),))
        await observe(side, "GET", b"/", (("Host", "h"), ("authorization", "own")))
    assert [head.split(b"\r\n")[2] for head in echo.heads] == [
        b"Authorization: Basic dTpwQA==",
        b"authorization: own",
    ]


async def test_nobody_there_is_an_observation() -> None:
    """An error is a value."""
    async with Upstream("http://127.0.0.1:1") as side:
        found = await observe(side, "GET", b"/")
    assert (found.status, (found.error or "").partition(":")[0]) == (None, "connection")


async def test_no_answer_in_time_is_a_timeout(raw: Raw) -> None:
    """A side that hangs costs no more than the deadline."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw(hang) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/", deadline=0.05)
    assert found.error == "timeout"


async def test_a_cut_body_is_an_error(raw: Raw) -> None:
    """A side that promises more than it sends has not answered."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        await writer.drain()

    async with raw(cut) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/")
    assert (found.status, (found.error or "").partition(":")[0]) == (200, "connection")


async def test_what_is_no_http_is_an_error(raw: Raw) -> None:
    """Garbage on the wire is told as such."""

    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"hello there\r\n\r\n")
        await writer.drain()

    async with raw(garbage) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/")
    assert (found.status, (found.error or "").partition(":")[0]) == (None, "connection")


async def test_without_reuse_every_request_has_its_own_connection(raw: Raw) -> None:
    """A write never meets a connection that the other end is just closing."""
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await Echo()(reader, writer)

    async with raw(once) as url, Upstream(url, reuse=False) as side:
        await observe(side, "POST", b"/")
        await observe(side, "POST", b"/")
    assert connections == 2


async def test_an_answer_of_any_size_is_passed_on_in_pieces(raw: Raw) -> None:
    """The reader decides how fast."""

    async def long(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n")
        for _ in range(20):
            writer.write(b"x" * 1_000_000)
            await writer.drain()
        await Echo()(reader, writer)

    async with raw(long) as url, Upstream(url) as side:
        answer = await side.ask("GET", b"/", ())
        sizes = []
        async for piece in answer:
            sizes.append(len(piece))
            await asyncio.sleep(0)
        await answer.aclose()
        assert (sum(sizes), max(sizes) < 400_000, answer.whole) == (20_000_000, True, None)
        assert (await observe(side, "GET", b"/")).status == 450


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"HTTP/1.1 2x0 OK SECRET", "Bad status line: Invalid status code"),
        (b"garbage SECRET", "Bad status line: Expected HTTP/, RTSP/ or ICE/"),
        (b"HTTP/1.1 200 OK\r\nSet-Cookie sid=SECRET", "Invalid header token"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"SECRET" * 20_000, "Got more than 65536 bytes when reading"),
        (b"HTTP/1.1 200 OK\r\nA: \x01SECRET", "a control character in the head"),
        (b"HTTP/1.1 200 \x01SECRET", "a control character in the head"),
    ],
)
async def test_an_error_tells_nothing_that_was_sent(raw: Any, head: bytes, told: str) -> None:
    """Neither of the answer nor of the request: it ends up in logs."""

    async def broken(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + b"\r\n\r\n")
        await writer.drain()

    async with raw(broken) as url, Upstream(url) as side:
        found = await observe(side, "GET", b"/x?api_key=SECRET", (("Host", "h"),))
    assert found.error == f"connection: {told}"
