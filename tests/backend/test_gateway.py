"""The gateway of the new dialect, through the front door."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from backend.app import create_app
from backend.database.connections import Database
from backend.rehearsal import signature
from config.settings import BackendSettings
from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "Origin, X-Requested-With, Content-Type, Accept, Authorization",
}


@pytest.mark.parametrize("path", ["/datasets/61", "/datasets/0", "/nosuch", "/datasets/61?api_key=bad"])
async def test_every_answer_may_be_read_by_browsers(client: httpx.AsyncClient, path: str) -> None:
    """Errors, too, carry the CORS headers."""
    headers = (await client.get(path)).headers
    assert {name: headers[name] for name in CORS} == CORS


async def test_a_preflight_is_answered(client: httpx.AsyncClient) -> None:
    """With the methods of the path, without a key."""
    response = await client.options("/datasets/list?api_key=bad")
    assert response.status_code == 204
    assert response.headers["access-control-allow-methods"] == "GET, POST, HEAD, DELETE, OPTIONS"


async def test_head_is_get_without_the_body(client: httpx.AsyncClient) -> None:
    """The same status and headers, of errors too."""
    for path in ("/datasets/61", "/datasets/9", "/datasets/61?api_key=bad"):
        got, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")


async def test_a_wrong_method_is_405_before_the_key(client: httpx.AsyncClient) -> None:
    """It names the right ones."""
    response = await client.put("/datasets/list?api_key=bad")
    assert (response.status_code, response.json()["code"]) == (405, "100")
    assert response.headers["allow"] == "GET, POST, HEAD, DELETE, OPTIONS"


async def test_an_unknown_path_is_404_before_the_key(client: httpx.AsyncClient) -> None:
    """With PHP's code."""
    response = await client.get("/nosuch?api_key=bad")
    assert (response.status_code, response.json()["code"]) == (404, "100")


async def test_a_wrong_key_is_401_before_the_input(client: httpx.AsyncClient) -> None:
    """On every route, and it says how to authenticate."""
    response = await client.get("/datasets/abc?api_key=bad")
    assert (response.status_code, response.json()["code"]) == (401, "103")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_administrators_only_comes_before_the_input(
    client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    """Who may not ask is not told what is wrong with the question."""
    path = "/datasets/unprocessed/x/normal"
    codes = [
        (await client.get(path)).json()["code"],
        (await client.get(path, params={"api_key": keys["readonly"]})).json()["code"],
        (await client.get(path, params={"api_key": keys["admin"]})).json()["code"],
    ]
    assert codes == ["106", "106", "100"]


async def test_an_unexpected_failure_is_a_problem_with_an_incident(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the incident, the answer has no trace of the cause, and neither has the key."""

    async def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM users")

    monkeypatch.setattr("backend.datasets.queries.description", broken)
    app = create_app(BackendSettings(database=sqlite_url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://backend.test") as client,
    ):
        with caplog.at_level(logging.ERROR, "backend"):
            response = await client.get("/datasets/61?api_key=abc")
    document = response.json()
    assert response.status_code == 500
    assert document["type"] == "https://openml.org/problems/internal-error"
    assert "secret" not in response.text
    incident = document["detail"].rpartition(" ")[2].rstrip(".")
    assert incident in caplog.text
    assert "abc" not in caplog.text


async def test_a_lost_database_is_503(sqlite_url: str, tmp_path: Path) -> None:
    """With the code that PHP has for it, and when to come again."""
    app = create_app(BackendSettings(database=sqlite_url))
    async with app.router.lifespan_context(app):
        gone = Database(f"sqlite:///{tmp_path / 'gone.db'}")
        app.state.resources = replace(app.state.resources, database=gone)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://backend.test"
        ) as client:
            response = await client.get("/datasets/61")
            face = await client.get("/api/v1/json/data/61")
        await gone.dispose()
    assert (response.status_code, response.json()["code"]) == (503, "107")
    assert (face.status_code, face.headers["content-type"]) == (412, "text/xml; charset=utf-8")
    assert b"<oml:code>107<" in face.content
    assert response.headers["retry-after"] == face.headers["retry-after"]


SECRET = "tests sign with this"


def signed(method: str, target: str, body: bytes = b"") -> dict[str, str]:
    """The header of a rehearsal."""
    t, n = str(int(time.time())), secrets.token_hex(8)
    sig = signature(SECRET, t, n, method, target.encode(), hashlib.sha256(body).hexdigest())
    return {"Parity-Shadow": f"rollback; t={t}; n={n}; sig={sig}"}


async def test_a_rehearsal_answers_as_the_write_would(writable: Writable, keys: dict[str, str]) -> None:
    """And leaves everything as it was, so that the write gives the same answer after it."""
    target = f"/datasets/tag?api_key={keys['writer']}"
    body = b'{"data_id": 61, "tag": "rehearsed"}'
    headers = {"Content-Type": "application/json"}
    before = await writable.snapshot()
    rehearsed = await writable.http.post(
        target, content=body, headers={**headers, **signed("POST", target, body)}
    )
    assert await writable.snapshot() == before
    real = await writable.http.post(target, content=body, headers=headers)
    assert (rehearsed.status_code, rehearsed.json()) == (real.status_code, real.json())
    assert rehearsed.headers["Parity-Caller"].isdecimal()
    assert "Parity-Caller" not in real.headers
    assert await writable.snapshot() != before


async def test_a_rehearsal_of_what_is_refused_is_refused(writable: Writable, keys: dict[str, str]) -> None:
    """The same problem, and nothing changes."""
    target = f"/datasets/tag?api_key={keys['writer']}"
    body = b'{"data_id": 61, "tag": "petal"}'
    headers = {"Content-Type": "application/json", **signed("POST", target, body)}
    answer = await writable.http.post(target, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "473")


async def test_a_header_without_a_right_signature_is_403(writable: Writable, keys: dict[str, str]) -> None:
    """Another body, another target, another method, or used twice: nothing happens."""
    target = f"/datasets/tag?api_key={keys['writer']}"
    body = b'{"data_id": 61, "tag": "rehearsed"}'
    good = signed("POST", target, body)
    attempts = [
        {"Parity-Shadow": "rollback"},
        signed("POST", target, b"{}"),
        signed("POST", "/datasets/tag", body),
        signed("DELETE", target, body),
        good,
        good,
    ]
    before = await writable.snapshot()
    statuses = []
    for header in attempts:
        headers = {"Content-Type": "application/json", **header}
        answer = await writable.http.post(target, content=body, headers=headers)
        statuses.append((answer.status_code, answer.json().get("type", "").rpartition("/")[2]))
    assert statuses == [*[(403, "rehearsal-refused")] * 4, (200, ""), (403, "rehearsal-refused")]
    assert await writable.snapshot() == before


async def test_without_a_secret_there_are_no_rehearsals(client: httpx.AsyncClient) -> None:
    """Even of a read."""
    answer = await client.get("/datasets/61", headers=signed("GET", "/datasets/61"))
    assert answer.status_code == 403
