"""A side is found by its name, at whichever of its addresses it answers, and only when it is who it says it is."""

import asyncio
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.wire.connection import Wire
from proxy.wire.dial import Dial

pytestmark = pytest.mark.anyio


def dial(url: str) -> Dial:
    """A side at an address."""
    return Dial(httpx.URL(url), lambda: Wire(lambda _: None, 5, 5))


async def listening(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> tuple[asyncio.Server, int]:
    """A server that says nothing."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(silent, host, 0, ssl=tls)
    return server, server.sockets[0].getsockname()[1]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What names stand for, by the resolver; it counts how often it is asked under ``asked``."""
    known: dict[str, list[Any]] = {"asked": []}
    real = socket.getaddrinfo

    def found(host: Any, *rest: Any, **options: Any) -> list[Any]:
        if host not in known:
            return real(host, *rest, **options)
        known["asked"].append(host)
        if not known[host]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [entry for address in known[host] for entry in real(address, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return known


async def test_nobody_there_is_told_without_more() -> None:
    """Neither the path nor who asks, of which both may be secret."""
    with pytest.raises(httpx.ConnectError) as raised:
        await dial("http://user:secret@127.0.0.1:1/secret").connect()
    assert str(raised.value).startswith("cannot connect to 127.0.0.1:1: ")
    assert "secret" not in str(raised.value)


async def test_no_such_name_is_a_failed_connection(names: dict[str, list[Any]]) -> None:
    """It is looked up once more with the next try."""
    names["nowhere.test"] = []
    side = dial("http://nowhere.test")
    for _ in range(2):
        with pytest.raises(httpx.ConnectError, match=r"nowhere\.test:80: Name or service not known"):
            await side.connect()
    assert names["asked"] == ["nowhere.test"] * 2


async def test_a_name_is_looked_up_once_in_a_while(names: dict[str, list[Any]]) -> None:
    """Also when many connect at once."""
    names["side.test"] = ["127.0.0.1"]
    server, port = await listening()
    side = dial(f"http://side.test:{port}")
    for wire in await asyncio.gather(*(side.connect() for _ in range(5))):
        wire.close()
    (await side.connect()).close()
    assert names["asked"] == ["side.test"]
    server.close()


async def test_an_address_of_version_6_stands_in_brackets() -> None:
    """As in every URL."""
    try:
        server, port = await listening("::1")
    except OSError:
        pytest.skip("no version 6 here")
    (await dial(f"http://[::1]:{port}").connect()).close()
    server.close()


@pytest.mark.parametrize("refuses", [True, False])
async def test_an_address_that_does_not_answer_holds_nobody_up(
    names: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    """The next one is tried, whether the one before it refuses or says nothing; only one connection is left."""
    names["side.test"] = ["127.0.0.2", "127.0.0.1"]
    server, port = await listening()
    loop = asyncio.get_running_loop()
    real = loop.create_connection
    tried: list[str] = []
    given_up: list[str] = []

    async def connecting(factory: Any, host: str, *rest: Any, **options: Any) -> Any:
        tried.append(host)
        if host != "127.0.0.1" and not refuses:
            try:
                await asyncio.Event().wait()
            finally:
                given_up.append(host)
        return await real(factory, host, *rest, **options)

    monkeypatch.setattr(loop, "create_connection", connecting)
    side = dial(f"http://side.test:{port}")
    async with asyncio.timeout(5):
        (await side.connect()).close()
        assert tried == ["127.0.0.2", "127.0.0.1"]
        assert given_up == ([] if refuses else ["127.0.0.2"])
        tried.clear()
        (await side.connect()).close()
        assert tried == ["127.0.0.1"]
    server.close()


async def test_when_no_address_answers_nobody_does(names: dict[str, list[Any]]) -> None:
    """All have been tried."""
    names["side.test"] = ["127.0.0.1", "127.0.0.2"]
    with pytest.raises(httpx.ConnectError, match=r"side\.test:1: "):
        await dial("http://side.test:1").connect()


async def test_who_gives_up_leaves_nothing_behind(
    names: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No attempt goes on."""
    names["side.test"] = ["127.0.0.1", "127.0.0.2"]

    async def hangs(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", hangs)
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await dial("http://side.test:1").connect()
    assert asyncio.all_tasks() == before


async def test_a_certificate_must_be_of_the_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed by somebody who is trusted, and for its name."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    )
    options = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *options], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    server, port = await listening(tls=tls)
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    with pytest.raises(httpx.ConnectError, match=f"localhost:{port}: .*certificate verify failed"):
        await dial(f"https://localhost:{port}").connect()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    wire = await dial(f"https://localhost:{port}").connect()
    assert wire.open
    wire.close()
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        await dial(f"https://127.0.0.1:{port}").connect()
    server.close()
    await asyncio.sleep(0.05)
