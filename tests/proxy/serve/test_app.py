"""The proxy between a client and two sides, through real sockets."""

import socket
import struct
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import orjson
import pytest
from starlette.responses import PlainTextResponse, Response

from config.settings import Limits, Shadow
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from tests.proxy.spies import (
    LEGACY_NAMES,
    LEGACY_TARGET,
    NAMES,
    NEW_TARGET,
    Between,
    Serve,
    Spy,
    Verdicts,
    json,
)

pytestmark = pytest.mark.anyio
ERROR = {"error": {"code": "111", "message": "Unknown dataset"}}


async def test_legacy_serves_and_the_new_side_is_compared(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """The client gets PHP's bytes; a documented deviation explains the difference."""
    legacy, new = Spy(json(LEGACY_NAMES)), Spy(json(NAMES))
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", LEGACY_TARGET, (("Host", "openml.test"),))
        assert await verdicts(parts) == {"explained": 1}
    assert (found.status, orjson.loads(found.body)) == (200, LEGACY_NAMES)
    assert (legacy.targets, new.targets) == ([LEGACY_TARGET], [NEW_TARGET])


async def test_a_new_dialect_client_is_served_from_legacy(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """In the new shapes, so that it can be moved and moved back."""
    legacy, new = Spy(json(LEGACY_NAMES)), Spy(json(NAMES))
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", NEW_TARGET, (("Host", "openml.test"),))
        assert await verdicts(parts) == {"explained": 1}
    assert (found.status, orjson.loads(found.body)) == (200, NAMES)
    assert (legacy.targets, new.targets) == ([LEGACY_TARGET], [NEW_TARGET])


async def test_an_undocumented_difference_is_a_mismatch(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """With the request that shows it."""
    async with (
        serve(json(LEGACY_NAMES)) as old,
        serve(json(NAMES[:1])) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", LEGACY_TARGET + b"?api_key=secret", (("Host", "h"),))
        assert await verdicts(parts) == {"mismatch": 1}
        [cluster] = parts.counters.clusters.values()
    assert cluster.example["curl"].startswith('curl -i --path-as-is -g "$LEGACY"')
    assert "secret" not in str(cluster.example)


async def test_headers_go_through_in_both_directions(serve: Serve, between: Between) -> None:
    """Order and duplicates survive; fields of one hop do not."""
    answer = Response("x", headers={"x-one": "1"})
    answer.raw_headers += [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"keep-alive", b"1")]
    legacy = Spy(answer)
    headers = (("Host", "openml.test"), ("X-A", "1"), ("x-b", "2"), ("X-A", "3"), ("TE", "trailers"))
    async with (
        serve(legacy) as old,
        serve(json([])) as young,
        between(old, young) as (url, _),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", b"/page", headers)
    added = [
        pair for pair in legacy.asked[0][2] if pair[0].startswith((b"x-re", b"x-forw", b"forw", b"parity"))
    ]
    assert [pair for pair in legacy.asked[0][2] if pair not in added and pair[0] != b"accept-encoding"] == [
        (b"host", b"openml.test"),
        (b"x-a", b"1"),
        (b"x-b", b"2"),
        (b"x-a", b"3"),
    ]
    assert [name for name, _ in added] == [
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"forwarded",
        b"x-request-id",
        b"parity-hop",
    ]
    assert [value for name, value in found.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert found.header("keep-alive") is None


@pytest.mark.parametrize("target", [b"//api/v1/json/./data/%31", b"/?/api/v1/json/data/1", b"/x?a=1&a=%zz&+"])
async def test_the_raw_target_goes_through(serve: Serve, between: Between, target: bytes) -> None:
    """Undecoded, untidied."""
    legacy = Spy(PlainTextResponse("x"))
    async with (
        serve(legacy) as old,
        serve(json([])) as young,
        between(old, young) as (url, _),
        Upstream(url) as client,
    ):
        await observe(client, "GET", target, (("Host", "openml.test"),))
    assert legacy.targets[0] == target


async def test_a_write_is_sent_once_and_not_shadowed(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """To the side that serves it."""
    legacy, new = Spy(json({})), Spy(json({}))
    form = (("Host", "h"), ("Content-Type", "application/x-www-form-urlencoded"))
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "POST", b"/api/v1/json/data/tag", form, b"data_id=1&tag=x")
        await observe(client, "GET", b"/api/v1/json/job/request", (("Host", "h"),))
        assert await verdicts(parts) == {"skipped:write": 2}
    assert (len(legacy.asked), new.asked) == (2, [])
    assert legacy.asked[0][3] == b"data_id=1&tag=x"


async def test_a_large_upload_streams_through(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """Whole, although it is longer than what is kept."""
    legacy = Spy(json({}))
    body = bytes(range(256)) * 8192
    async with (
        serve(legacy) as old,
        serve(json({})) as young,
        between(old, young, shadow=Shadow(request_bytes=1000)) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(
            client, "POST", b"/api/v1/json/data", (("Host", "h"), ("Content-Type", "x/y")), body
        )
        assert await verdicts(parts) == {"skipped:write": 1}
    assert (found.status, legacy.asked[0][3] == body) == (200, True)


async def test_unknown_paths_are_passed_to_legacy_and_counted(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """The old server has more than its API."""
    new = Spy(json([]))
    async with (
        serve(PlainTextResponse("page")) as old,
        serve(new) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", b"/some/page", (("Host", "h"),))
        assert await verdicts(parts) == {"skipped:no_route": 1}
    assert (found.body, new.asked) == (b"page", [])


async def test_a_missing_legacy_side_is_a_bad_gateway(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """The client is told in a standard way, the exchange has its verdict."""
    async with (
        serve(json(NAMES)) as young,
        between("http://127.0.0.1:1", young) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", LEGACY_TARGET, (("Host", "h"),))
        assert await verdicts(parts) == {"legacy_error:undocumented": 1}
    assert (found.status, found.header("content-type")) == (502, "application/problem+json")


async def test_a_missing_new_side_is_not_noticed(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """But counted."""
    async with (
        serve(json(LEGACY_NAMES)) as old,
        between(old, "http://127.0.0.1:1") as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", LEGACY_TARGET, (("Host", "h"),))
        assert await verdicts(parts) == {"new_error": 1}
    assert (found.status, orjson.loads(found.body)) == (200, LEGACY_NAMES)


async def test_an_error_is_served_as_a_problem_in_the_new_dialect(serve: Serve, between: Between) -> None:
    """The registry says which."""
    async with (
        serve(json(ERROR, 412)) as old,
        serve(json({})) as young,
        between(old, young) as (url, _),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", b"/datasets/99", (("Host", "h"),))
    assert (found.status, orjson.loads(found.body)["code"]) == (404, "111")


async def test_head_of_the_new_dialect_has_no_body(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """PHP is asked by GET, and both GETs are compared."""
    legacy, new = Spy(json(LEGACY_NAMES)), Spy(json(NAMES))
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "HEAD", NEW_TARGET, (("Host", "h"),))
        assert await verdicts(parts) == {"explained": 1}
    assert (found.status, found.body) == (200, b"")
    assert [method for method, *_ in legacy.asked + new.asked] == ["GET", "GET"]


async def test_refused_requests_reach_nobody(serve: Serve, between: Between) -> None:
    """And are counted as refused."""
    legacy = Spy(json({}))
    async with (
        serve(legacy) as old,
        serve(json({})) as young,
        between(old, young, limits=Limits(target_bytes=100)) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", b"/" + b"x" * 200, (("Host", "h"),))
        counters = parts.counters
        assert (counters.received, counters.refused, counters.served) == (1, 1, 0)
    assert (found.status, legacy.asked) == (414, [])


async def test_an_answer_that_breaks_off_breaks_off_for_the_client(
    raw: Callable[[Any], AbstractAsyncContextManager[str]], serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """A cut answer must not look whole."""

    async def cut(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        await writer.drain()

    async with (
        raw(cut) as old,
        serve(json([])) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", LEGACY_TARGET, (("Host", "h"),))
        assert await verdicts(parts) == {"legacy_error:undocumented": 1}
    assert (found.body, (found.error or "").partition(":")[0]) == (b"half", "connection")


async def test_requests_are_conserved(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """received = served + refused + client_gone, and every served one has one verdict."""
    targets = [LEGACY_TARGET, NEW_TARGET, b"/page", b"/api/v1/json/data/1", b"/" + b"x" * 20_000] * 10
    async with (
        serve(json(LEGACY_NAMES)) as old,
        serve(json(NAMES)) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        for target in targets:
            await observe(client, "GET", target, (("Host", "h"),))
        counts = await verdicts(parts)
        counters = parts.counters
    assert counters.received == len(targets) == counters.served + counters.refused + counters.client_gone
    assert (counters.refused, sum(counts.values()), counters.pending) == (10, 40, 0)


async def test_a_client_that_leaves_is_counted(
    raw: Callable[[Any], AbstractAsyncContextManager[str]], serve: Serve, between: Between
) -> None:
    """Its request is given up on the side that serves, too."""
    import asyncio

    asked, given_up = asyncio.Event(), asyncio.Event()

    async def hang(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()
        given_up.set()

    async with (
        raw(hang) as old,
        serve(json([])) as young,
        between(old, young) as (url, parts),
    ):
        host, _, port = url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET " + LEGACY_TARGET + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        async with asyncio.timeout(5):
            await asked.wait()
            # A client that only says that it sends no more still waits for its answer.
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.close()
            await given_up.wait()
            while not parts.counters.client_gone:
                await asyncio.sleep(0.01)
        assert (parts.counters.received, parts.counters.client_gone, parts.counters.served) == (1, 1, 0)


def test_httpx_is_only_the_interface() -> None:
    """The wire is our own."""
    assert not issubclass(Upstream, httpx.AsyncHTTPTransport)
