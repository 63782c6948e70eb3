"""The gateway of the legacy dialect (legacy notes, data 1 to 4)."""

import hashlib
import time

import httpx
import pytest

from backend.rehearsal import signature
from tests.backend.conftest import Writable

JSON, XML, HTML = "application/json; charset=utf-8", "text/xml; charset=utf-8", "text/html; charset=UTF-8"
BASE = "/api/v1"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "key", "status", "kind", "code"),
    [
        ("GET", "/json/tasktype/1", None, 200, JSON, None),
        ("GET", "//json///tasktype//1/", None, 200, JSON, None),
        ("GET", "/xml/tasktype/1", None, 200, XML, None),
        ("GET", "/tasktype/1", None, 200, XML, None),
        ("GET", "/json/tasktype/1", "nobody", 412, XML, b"103"),
        ("GET", "/json/tasktype/1", "readonly", 200, JSON, None),
        ("POST", "/json/tasktype/1", None, 412, XML, b"102"),
        ("POST", "/json/tasktype/1", "nobody", 412, XML, b"103"),
        ("PUT", "/json/tasktype/list", "readonly", 412, XML, b"104"),
        ("PUT", "/json/tasktype/list", "writer", 200, JSON, None),
        ("PUT", "/json/tasktype/1", "writer", 412, JSON, b"100"),
        ("OPTIONS", "/json/tasktype/1", None, 412, XML, b"102"),
        ("GET", "/json/nothing", None, 412, XML, b"100"),
        ("GET", "/json", None, 412, XML, b"100"),
        ("GET", "/JSON/tasktype/1", None, 412, XML, b"100"),
        ("GET", "/json/Tasktype/1", None, 412, XML, b"100"),
        ("GET", "/json/tasktype/abc", None, 412, JSON, b"100"),
        ("GET", "/json/tasktype/%31", None, 412, JSON, b"100"),
        ("GET", "/json/tasktype/0", None, 412, JSON, b"240"),
        ("GET", "/xml/tasktype/999", None, 412, XML, b"241"),
        ("GET", "/json/tasktype/2.0", None, 200, JSON, None),
        ("GET", "/json/tasktype/1;x", "nobody", 400, HTML, None),
        ("GET", "/json/votes/up/abc", None, 450, JSON, b"100"),
        ("GET", "/json/gamification/reach/u/2/sometime", None, 450, JSON, b"100"),
        ("GET", "/json/task/list/nothing/1", None, 412, JSON, b"480"),
    ],
)
async def test_checks_come_in_phps_order(
    client: httpx.AsyncClient,
    keys: dict[str, str],
    method: str,
    path: str,
    key: str | None,
    status: int,
    kind: str,
    code: bytes | None,
) -> None:
    """The first that applies answers, in XML where PHP does."""
    query = "" if key is None else f"?api_key={keys.get(key, 'nobody')}"
    answer = await client.request(method, f"{BASE}{path}{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == kind
    assert answer.headers["access-control-allow-origin"] == "*"
    assert code is None or code in answer.content


@pytest.mark.anyio
async def test_letter_case_of_methods_does_not_count(client: httpx.AsyncClient) -> None:
    """PHP lowers it: get reads, and needs no key; but only POST brings a form."""
    for method, status in (("get", 200), ("Post", 412)):
        request = client.build_request("GET", f"{BASE}/json/tasktype/1")
        request.method = method  # httpx writes its own in upper case
        assert (await client.send(request)).status_code == status


@pytest.mark.anyio
async def test_no_cache_keeps_an_answer(client: httpx.AsyncClient) -> None:
    """One in front of PHP never did, so that sessions see what they wrote."""
    for path in ("/json/tasktype/1", "/json/nothing"):
        answer = await client.get(f"{BASE}{path}")
        assert answer.headers["cache-control"] == "no-store, no-cache, must-revalidate"
        assert (answer.headers["pragma"], answer.headers["expires"][-3:]) == ("no-cache", "GMT")


@pytest.mark.anyio
async def test_an_unknown_version_is_a_page(client: httpx.AsyncClient) -> None:
    """Of our own."""
    for path in ("/api", "/api/v2/json/tasktype/1"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, HTML)


@pytest.mark.anyio
async def test_head_has_no_body(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """It counts as a write, so that it needs a key."""
    answer = await client.head(f"{BASE}/json/tasktype/list?api_key={keys['writer']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await client.head(f"{BASE}/json/tasktype/list")).status_code == 412


@pytest.mark.anyio
async def test_a_forged_rehearsal_is_refused(client: httpx.AsyncClient) -> None:
    """Nobody mistakes one for a write."""
    answer = await client.get(f"{BASE}/json/tasktype/list", headers={"Parity-Shadow": "rollback; t=1"})
    assert answer.status_code == 403


@pytest.mark.anyio
async def test_a_write_is_stored_and_a_rehearsal_is_not(writable: Writable, keys: dict[str, str]) -> None:
    """The answer to the rehearsal is that of the write, and names the caller."""
    target = f"{BASE}/json/task/tag"
    body = f"api_key={keys['writer']}&task_id=1&tag=rehearsed".encode()
    moment, nonce = str(int(time.time())), "0123456789abcdef"
    signed = signature(
        "tests sign with this",
        moment,
        nonce,
        "POST",
        target.encode(),
        hashlib.sha256(body).hexdigest(),
        "5.000",
    )
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    told = f"rollback; t={moment}; n={nonce}; left=5.000; sig={signed}"
    before = await writable.snapshot()
    rehearsed = await writable.http.post(target, content=body, headers={**form, "Parity-Shadow": told})
    assert await writable.snapshot() == before
    written = await writable.http.post(target, content=body, headers=form)
    assert (rehearsed.status_code, rehearsed.content) == (200, written.content)
    assert rehearsed.headers["parity-caller"] == "2"
    assert set(await writable.added(before)) == {"task_tag"}
