"""Files at addresses, read from a server in this process over a real socket."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web

from backend.storage.remote_files import BytePace, RemoteFileError, Unmeasured, is_public, remote_file

pytestmark = pytest.mark.anyio

CONTENT = b"@RELATION r\n@DATA\n"


async def whole(_: web.Request) -> web.Response:
    """A file with its size and type."""
    return web.Response(body=CONTENT, content_type="text/x-arff", charset="utf-8")


async def streamed(request: web.Request) -> web.StreamResponse:
    """A file without its size."""
    answer = web.StreamResponse()
    answer.enable_chunked_encoding()
    await answer.prepare(request)
    await answer.write(CONTENT)
    return answer


async def moved(request: web.Request) -> web.Response:
    """A redirect to wherever the query says; to itself without one."""
    return web.Response(status=302, headers={"Location": request.query.get("to", "/moved")})


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """The base URL of a server with some files."""
    app = web.Application()
    app.add_routes([web.get("/whole", whole), web.get("/streamed", streamed), web.get("/moved", moved)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def test_a_file_is_measured_and_copied(server: str) -> None:
    """Behind redirects too; the copy goes afterwards."""
    async with remote_file(f"{server}/moved?to=/whole", largest=100, private=True) as found:
        assert found.local.read_bytes() == CONTENT
        assert (found.size, found.mime_type) == (len(CONTENT), "text/x-arff; charset=utf-8")
        assert found.md5 == hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    assert not found.local.exists()


@pytest.mark.parametrize(
    ("path", "because"),
    [
        ("/nothing", "its server answers 404"),
        ("/moved", "it is redirected more than 5 times"),
        ("/moved?to=file:///etc/hostname", "is no web address"),
        ("/whole", "has more than 5 bytes"),
    ],
)
async def test_what_cannot_be_read_says_why(server: str, path: str, because: str) -> None:
    """Wrong answers, endless redirects, other schemes, and files that are too large."""
    with pytest.raises(RemoteFileError, match=because):
        async with remote_file(f"{server}{path}", largest=5, private=True):
            pass


async def test_files_come_at_a_pace(server: str) -> None:
    """Two at a time share it."""
    pace = BytePace(len(CONTENT) * 10)

    async def read() -> None:
        async with remote_file(f"{server}/whole", largest=100, private=True, pace=pace):
            pass

    began = time.monotonic()
    await asyncio.gather(read(), read(), read())
    assert time.monotonic() - began >= 0.3


async def test_names_are_looked_up_by_the_threads_that_are_given(server: str) -> None:
    """Not by those that others wait for."""
    with ThreadPoolExecutor(1, "own") as threads:
        port = server.rpartition(":")[2]
        url = f"http://localhost:{port}/whole"
        async with remote_file(url, largest=100, private=True, threads=threads) as found:
            assert found.local.read_bytes() == CONTENT
        assert [thread for thread in threading.enumerate() if thread.name.startswith("own")]


async def test_a_size_must_be_told(server: str) -> None:
    """PHP registers an address only with the size and type that its server tells."""
    with pytest.raises(Unmeasured):
        async with remote_file(f"{server}/streamed", largest=100, private=True):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
async def test_the_own_network_is_not_asked(server: str, host: str) -> None:
    """Whatever a client names: no address that only the backend reaches."""
    port = server.rpartition(":")[2]
    with pytest.raises(RemoteFileError, match="not a public address"):
        async with remote_file(f"http://{host}:{port}/whole", largest=100):
            pass


@pytest.mark.parametrize(
    "host",
    [
        *("１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "127．0．0．1", "ⓛocalhost"),  # IDNA reads them
        *("127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.000.000.001", "127.0.0.1.", "0", "u@127.0.0.1"),
    ],
)
async def test_no_spelling_leads_into_the_own_network(server: str, host: str) -> None:
    """What counts is the address that is connected to, whoever reads it out of the URL."""
    port = server.rpartition(":")[2]
    with pytest.raises(RemoteFileError, match=r"not a public address|cannot be read"):
        async with remote_file(f"http://{host}:{port}/whole", largest=100):
            pass


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fec0::1", False),
        ("fe80::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", False),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2606:2800:220:1:0:5efe:7f00:1", False),
        ("2606:2800:220:1:200:5efe:7f00:1", False),
    ],
)
async def test_only_public_addresses_are_asked(address: str, public: bool) -> None:
    """One that holds an address of version 4 is not, whatever that one is."""
    assert is_public(ipaddress.ip_address(address)) is public
    if not public:
        host = f"[{address}]" if ":" in address else address
        with pytest.raises(RemoteFileError, match="not a public address"):
            async with remote_file(f"http://{host}/x", largest=10):
                pass
