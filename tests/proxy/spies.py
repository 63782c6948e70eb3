"""Two sides that note what they are asked, and what they answer."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from proxy.process.serving import RunningProxy

Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "Origin, X-Requested-With, Content-Type, Accept, Authorization",
}
NAMES = ["Distinct", "Entropy"]
LEGACY_NAMES = {"feature_qualities_list": {"quality": NAMES}}
LEGACY_TARGET = b"/api/v1/json/data/features/qualities/list"
NEW_TARGET = b"/datasets/features/qualities/list"


class Spy:
    """An application behind which one sees what was asked."""

    def __init__(self, answer: ASGIApp) -> None:
        self.answer = answer
        self.asked: list[tuple[str, bytes, list[tuple[bytes, bytes]], bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        self.asked.append((scope["method"], target, scope["headers"], body))
        await self.answer(scope, receive, send)

    @property
    def targets(self) -> list[bytes]:
        return [target for _, target, _, _ in self.asked]


def json(document: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer as either side gives it."""
    return JSONResponse(document, status, {**CORS, **headers})
