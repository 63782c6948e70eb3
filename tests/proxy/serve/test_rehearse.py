"""Writes are rehearsed with a signature that the backend knows."""

import asyncio
import hashlib

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from backend.rehearsal import Rehearsals
from diffing.model import Observation
from proxy.checking.inprocess import Application
from proxy.message.translation import Request
from proxy.runtime.telemetry import Telemetry
from proxy.serve.rehearse import Rehearsing, signed

pytestmark = pytest.mark.anyio
REQUEST = Request("POST", b"/datasets/tag?x=%2F", (("Host", "h"),), b"a=1")


def test_the_backend_admits_the_signature_once() -> None:
    """Proxy and backend agree on every byte of it, and on the time that is left."""
    backend = Rehearsals("secret", clock=lambda: 1000.0)
    header = signed("secret", REQUEST, 1000, "nonce-nonce", left=0.25)
    body = hashlib.sha256(REQUEST.body).hexdigest()
    assert backend.admit(header, "POST", REQUEST.target, body) == 0.25


async def rehearsed(telemetry: Telemetry, deadline: float = 5) -> tuple[dict[bytes, bytes], Observation]:
    """Rehearse the request at a side that keeps its headers."""
    seen: dict[bytes, bytes] = {}

    async def side(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope["headers"])
        if not deadline:
            await asyncio.Event().wait()
        await JSONResponse({"id": 1})(scope, receive, send)

    rehearsing = Rehearsing(
        Application(side),
        "secret",
        deadline=deadline,
        answer_bytes=1000,
        telemetry=telemetry,
        clock=lambda: 1000.0,
    )
    return seen, await rehearsing.rehearse(REQUEST, None)


async def test_a_rehearsal_bears_its_signature() -> None:
    """With a number that is never used again."""
    telemetry = Telemetry()
    headers, observation = await rehearsed(telemetry)
    others, _ = await rehearsed(telemetry)
    assert headers[b"parity-shadow"].startswith(b"rollback; t=1000; n=")
    assert b"; left=5.000; sig=" in headers[b"parity-shadow"]
    assert headers[b"parity-shadow"] != others[b"parity-shadow"]
    assert (observation.body, telemetry.rehearsals) == (b'{"id":1}', {"answered": 2})


async def test_a_late_rehearsal_is_an_observation() -> None:
    """The write goes on without it."""
    telemetry = Telemetry()
    _, observation = await rehearsed(telemetry, deadline=0)
    assert (observation.error, telemetry.rehearsals) == ("timeout", {"timeout": 1})
