"""No request costs more than its length: hostile ones at real sockets, and what others wait meanwhile."""

import http.client
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.functional.proxies import Running, proxied

Serving = Callable[..., AbstractContextManager[Any]]
MOST = 1_000_000
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'content-disposition: form-data; name="api_key"\r\n'


def _filled(unit: bytes) -> bytes:
    return (unit * (MOST // len(unit) + 1))[:MOST]


HOSTILE = {
    "parts that do not end": (MULTIPART, _filled(PART)),
    "parts": (MULTIPART, _filled(b"--b\r\n" + PART + b"\r\nx\r\n")),
    "ampersands": (FORM, _filled(b"&")),
    "fields": (FORM, _filled(b"a&")),
    "secrets": (FORM, b"&".join(b"api_key=secret%d" % number for number in range(50_000))),
    "calls": (FORM, b"tag=" + _filled(b"alert(")),
    "scripts": (FORM, b"tag=" + _filled(b"<script")),
    "deep JSON": ("application/json", b"[" * (MOST // 2) + b"]" * (MOST // 2)),
}


@pytest.fixture(scope="module")
def proxy(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A proxy before a side that answers everything."""
    with (
        serving("tests.functional.long_keys") as side,
        proxied(serving, tmp_path_factory.mktemp("costs"), side.url, side.url) as found,
    ):
        yield found


def posted(address: tuple[str, int], target: str, kind: str, body: bytes, **fields: str) -> tuple[int, bytes]:
    """The answer to a POST."""
    with closing(http.client.HTTPConnection(*address, timeout=60)) as connection:
        connection.request("POST", target, body, {"Content-Type": kind, **fields})
        response = connection.getresponse()
        return response.status, response.read()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_stops_nothing_of_the_proxy(proxy: Running, name: str) -> None:
    """It is served as it is, compared or skipped, and others do not wait for it."""
    kind, body = HOSTILE[name]
    waits: list[float] = []
    over = threading.Event()

    def ask_on() -> None:
        while not waits or not over.wait(0.01):
            started = time.monotonic()
            with closing(http.client.HTTPConnection(*proxy.address, timeout=30)) as connection:
                connection.request("GET", "/api/v1/json/tasktype/list")
                connection.getresponse().read()
            waits.append(time.monotonic() - started)

    posted(proxy.address, "/api/v1/json/setup/exists", FORM, b"")
    proxy.totals(30)
    before = proxy.process("proxy.process.asking")
    bystander = threading.Thread(target=ask_on)
    bystander.start()
    try:
        for _ in range(3):
            # A read by POST is asked of the other side, too.
            assert posted(proxy.address, "/api/v1/json/setup/exists", kind, body)[0] == 200
    finally:
        over.set()
        bystander.join()
    assert sorted(waits)[len(waits) * 9 // 10] < 0.5
    totals = proxy.totals(30)
    assert totals["pending"] == 0
    assert totals["served"] == sum(totals["verdicts"].values())
    assert proxy.process("proxy.process.asking") == before


@pytest.fixture(scope="module")
def backend(
    serving: Serving, sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """A backend with a copy of the sample."""
    folder = tmp_path_factory.mktemp("backend")
    source = Path(sqlite_url.partition(":///")[2])
    for file in source.parent.glob(f"{source.stem}*"):
        shutil.copy(file, folder / file.name)
    url = f"{sqlite_url.partition(':///')[0]}:///{folder / source.name}"
    with serving("backend.cli", "serve", "--database", url, "--port", "0", "--files", str(folder)) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        yield host, int(port)


def test_deep_json_is_wrong_input(backend: tuple[str, int]) -> None:
    """A problem that says so, at any depth."""
    for depth in (101, 260, 1000, 100_000):
        body = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
        status, answer = posted(backend, "/datasets/list", "application/json", body)
        assert (status, orjson.loads(answer)["status"]) == (422, 422), depth


@pytest.mark.parametrize(("name", "many"), [("ampersands", False), ("fields", True)])
def test_too_many_fields_are_refused(backend: tuple[str, int], name: str, many: bool) -> None:
    """At once; what is empty is no field."""
    started = time.monotonic()
    status, answer = posted(backend, "/datasets/tag", *HOSTILE[name], Authorization="Bearer " + ADMIN)
    assert (status, b"1000 fields" in answer) == (422, many)
    assert time.monotonic() - started < 2


def test_too_many_tags_are_refused(backend: tuple[str, int]) -> None:
    """422 with their number, and nothing is made."""
    document = {"name": "x", "description": "x", "format": "arff", "url": "https://example.test/a.arff"}
    tags = [f"t{number}" for number in range(200_000)]
    body = orjson.dumps({"description": {**document, "tag": tags}})
    started = time.monotonic()
    status, answer = posted(backend, "/datasets", "application/json", body, Authorization="Bearer " + ADMIN)
    assert (status, b"200000 tags" in answer) == (422, True), answer[:300]
    assert time.monotonic() - started < 10


ADMIN = "AD000000000000000000000000000000"


def test_a_raw_connection_may_say_nothing_more(proxy: Running) -> None:
    """After all that the proxy serves as before."""
    with socket.create_connection(proxy.address, timeout=10) as connection:
        connection.sendall(b"GET /api/v1/json/data/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
