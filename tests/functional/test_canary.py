"""Nothing secret is kept: canaries go in at every place and spelling, and are looked for in all that is written."""

import base64
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.functional.echo import echoing
from tests.functional.evidence import evidence
from tests.functional.proxies import Running, proxied

ROOT = Path(__file__).parent.parent.parent
Serving = Callable[..., AbstractContextManager[Any]]
CANARY = re.compile(r"c[a4]nary", re.IGNORECASE)
PATH = b"/api/v1/json/data/features/qualities/list"


def canary(number: int) -> bytes:
    """A secret of its own for each place, so that a leak tells where it comes from."""
    return b"CANARY%026d" % number


TARGETS = [
    b"?api_key=%s",
    b"?api%%5Fkey=%s",
    b"?%%61pi_%%6bey=%s",
    b"?API_KEY=%s",
    b"?api.key=%s",
    b"?api+key=%s",
    b"?%%20api_key=%s",
    b"?api_key[]=%s",
    b"?api_key%%5Ba%%5D=%s",
    b"?a=1&&api_key=%s&b=2",
    b"?a=1;api_key=%s",
    b"?api_key=x&api_key=%s",
    b"?session_hash=%s",
    b"?token=%s",
    b"?next=http%%3A%%2F%%2Fopenml.test%%2F%%3Fapi_key%%3D%s%%26a=1",
    b"/api_key/%s",
    b"/limit/2/api_key/%s",
]
FIELDS = [
    b"Authorization: Bearer %s",
    b"Authorization: Basic %s",
    b"Cookie: sid=%s; other=%s",
    b"X-Api-Key: %s",
    b"Api_Key2: x",
    b"X-Auth-Token: %s",
    b"X-Session: %s",
    b"Proxy-Authorization: Basic %s",
    b"Referer: http://openml.test/d/1?api_key=%s",
    b"X-Original-URL: /d/1?api%%5fkey=%s",
]
FORM = b"application/x-www-form-urlencoded"
BODIES = [
    (FORM, b"a=1&api_key=%s"),
    (FORM, b"api%%5Fkey=%s&a=1"),
    (FORM, b"api.key=%s"),
    (
        b"multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n%s\r\n--b--\r\n',
    ),
    (b"application/json", b'{"api_key": "%s", "password": "%s"}'),
    (b"text/xml", b"<oml:request><oml:api_key>%s</oml:api_key></oml:request>"),
]


def requests() -> Iterator[bytes]:
    """Requests with a canary each; a spelling with a percent sequence within the secret itself, too."""
    number = 0

    def filled(text: bytes) -> bytes:
        nonlocal number
        number += 1
        secret = canary(number)
        if number % 3 == 0:
            secret = secret.replace(b"A", b"%41", 1)
        return text % ((secret,) * text.replace(b"%%", b"").count(b"%s"))

    head = b" HTTP/1.1\r\nHost: openml.test\r\nConnection: close\r\n"
    for target in TARGETS:
        yield b"GET " + PATH + filled(target) + head + b"\r\n"
    for field in FIELDS:
        if b"_" not in field.partition(b":")[0]:
            yield b"GET " + PATH + head + filled(field) + b"\r\n\r\n"
    for kind, body in BODIES:
        content = filled(body)
        fields = b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(content))
        yield b"POST " + PATH + head + fields + content
        # PHP answers a POST as a GET here, so that it is compared; this one is a write.
        yield b"POST /api/v1/json/data/tag" + head + fields + content
    yield b"GET " + PATH + b"?api_key=" + canary(900) + b"\r\n\r\n"
    yield b"GET http://openml.test/?api_key=" + canary(901) + head + b"\r\n"
    yield b"GET /" + b"x" * 20_000 + b"?api_key=" + canary(902) + head + b"\r\n"


ANSWER = (
    b'{"feature_qualities_list":{"quality":["you sent %s"],'
    b'"api_key":"CANARYanswer1","see":"/d?api_key=CANARYanswer2"}}'
)


@contextmanager
def asked(serving: Serving, folder: Path) -> Iterator[Running]:
    """A proxy that has seen them all; both sides repeat what they are sent, and differ."""
    with echoing() as old, echoing() as new, proxied(serving, folder, old.url, new.url) as proxy:
        for number, request in enumerate(requests()):
            sent = b"".join(re.findall(rb"C[%41A]+NARY[0-9a-z]+", request))
            for side, fields in ((old, b"Set-Cookie: sid=CANARYcookie%d\r\n" % number), (new, b"")):
                body = ANSWER % (sent + (b"" if side is old else b" indeed"))
                side.answer = (
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    + fields
                    + b"Location: /d?api_key=CANARYlocation\r\nContent-Length: %d\r\n\r\n" % len(body)
                    + body
                )
            with socket.create_connection(proxy.address, timeout=20) as connection:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            proxy.totals()
        yield proxy


def spellings(text: str) -> Iterator[str]:
    """What a reader could make of a text: itself, decoded once and twice."""
    yield text
    for _ in range(2):
        text = unquote_plus(text)
        yield text
    for coded in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text[:2_000_000]):
        try:
            yield base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("latin-1")
        except ValueError:
            continue


def leaks(name: str, content: bytes) -> list[str]:
    """Where a canary is found in a content."""
    found = []
    for text in spellings(content.decode("latin-1")):
        found += [f"{name}: …{text[max(0, m.start() - 60) : m.end() + 30]}…" for m in CANARY.finditer(text)]
    return found[:3]


def test_no_secret_is_kept(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    """Not in the access log, the diff log and its journal, metrics, state, pages, reports, nor on standard error."""
    monkeypatch.setenv("PARITY_ACCESS_LOG", str(tmp_path / "access.log"))
    monkeypatch.setenv("PARITY_RECORDING_FOLDER", str(tmp_path / "recorded"))
    monkeypatch.setenv("PARITY_RECORDING_EVERY", "1")
    found: list[str] = []
    looked = 0
    with asked(serving, tmp_path / "proxy") as proxy:
        totals = proxy.totals()
        assert totals["verdicts"]["mismatch"] > 10, totals
        journal = proxy.log.with_name("log.db-wal")
        contents = {path: proxy.told(path) for path in ("/-/metrics", "/-/totals", "/-/state")}
        contents |= _pages(proxy)
        contents |= {file.name: file.read_bytes() for file in (proxy.log, journal) if file.exists()}
    contents |= _reports(f"sqlite:///{proxy.log}")
    for file in sorted(tmp_path.rglob("*")):
        if file.is_file():
            contents[str(file.relative_to(tmp_path))] = file.read_bytes()
    out, err = capfd.readouterr()
    contents |= {"standard output": out.encode(), "standard error": err.encode()}
    for name, content in contents.items():
        looked += len(content)
        found += leaks(name, content)
    assert b"api_key=..." in contents["access.log"]
    assert any(name.startswith("recorded/") for name in contents)
    assert found == []
    sent = sum(1 for _ in requests())
    evidence(
        f"canaries: {sent} requests with secrets, {len(contents)} files and pages, {looked} bytes, 0 found"
    )


def _pages(proxy: Running) -> dict[str, bytes]:
    pages: dict[str, bytes] = {}
    todo = ["/", "/clusters", "/deviations", "/latency", "/compare"]
    while todo:
        path = todo.pop()
        pages[f"page {path}"] = content = proxy.told(path)
        for form in ("json", "csv"):
            pages[f"page {path} {form}"] = proxy.told(f"{path}?format={form}")
        for link in re.findall(rb'href="(/(?:clusters|routes)/[^"?#]+)"', content):
            if f"page {link.decode()}" not in pages and link.decode() not in todo:
                todo.append(link.decode())
    return pages


def _reports(log: str) -> dict[str, bytes]:
    def run(*arguments: str) -> bytes:
        command = [sys.executable, "-c", "from proxy.cli import main; main()", *arguments, "--log", log]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, check=False, env={**os.environ, "COLUMNS": "500"}
        )
        return done.stdout + done.stderr

    reports = {"report": run("report"), "report json": run("report", "--json", "-")}
    for cluster in sorted(set(re.findall(rb'"id": ?"([0-9a-f]{10,64})"', reports["report json"])))[:5]:
        reports[f"show {cluster.decode()}"] = run("show", cluster.decode())
    return reports
