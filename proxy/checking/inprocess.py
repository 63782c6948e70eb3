"""A side that runs in this process: the in-memory twin of the upstream, over an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message


class ApplicationError(RuntimeError):
    """The application could not start or stop; the message is that of its own exception."""


class Application(httpx.AsyncBaseTransport):
    """An ASGI application behind httpx's transport seam.

    The raw target of ``extensions["target"]`` reaches the application byte for byte, which httpx's own twin does not
    promise. ``app``: the application; its lifespan is run by ``running``. ``state``: what its lifespan yielded.
    """

    def __init__(self, app: ASGIApp, state: MutableMapping[str, Any] | None = None) -> None:
        self._app = app
        self._state = state if state is not None else {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Call the application once. ``request``: as for ``Upstream``. Returns the whole answer. Raises
        httpx.RemoteProtocolError: the application raised, or ended without an answer.
        """
        target: bytes = request.extensions.get("target", request.url.raw_path)
        path, _, query = target.partition(b"?")
        body = await request.aread()
        if body and not {"content-length", "transfer-encoding"} & set(request.headers):
            # As the upstream frames a body anew, its twin says that there is one.
            request.headers["content-length"] = str(len(body))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path.decode("latin-1"), "utf-8", "replace"),
            "raw_path": path,
            "root_path": "",
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 80),
            "state": dict(self._state),
        }
        answer: dict[str, Any] = {}
        chunks: list[bytes] = []
        sent = False
        closed = asyncio.Event()

        async def receive() -> Message:
            nonlocal sent
            if not sent:
                sent = True
                return {"type": "http.request", "body": body, "more_body": False}
            await closed.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))
                if not message.get("more_body", False):
                    closed.set()

        try:
            await self._app(scope, receive, send)
        except Exception as error:  # the twin of a server that drops the connection
            raise httpx.RemoteProtocolError(
                f"the application failed: {type(error).__name__}: {error}", request=request
            ) from error
        if "status" not in answer:
            raise httpx.RemoteProtocolError("the application gave no answer", request=request)
        # An HTTP server sends no body after HEAD; its twin neither.
        content = b"" if request.method == "HEAD" else b"".join(chunks)
        return httpx.Response(
            answer["status"],
            headers=list(answer.get("headers", ())),
            stream=httpx.ByteStream(content),
            request=request,
        )


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[Application]:
    """Run an application's lifespan around the block. ``app``: the ASGI application. Yields its transport. Raises
    ApplicationError: the application could not start; the cause is chained when it raised.
    """
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    state: dict[str, Any] = {}
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.4"}, "state": state}
    task = asyncio.create_task(_lifespan(app, scope, inbox, outbox), name="in-process lifespan")
    await inbox.put({"type": "lifespan.startup"})
    started = await outbox.get()
    if started["type"] == "lifespan.startup.failed":
        cause = await task
        raise ApplicationError(
            str(cause or started.get("message") or "the application could not start")
        ) from cause
    try:
        yield Application(app, state)
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await outbox.get()
        cause = await task
        if cause is not None:
            raise ApplicationError(f"the application failed: {cause}") from cause


async def _lifespan(
    app: ASGIApp,
    scope: MutableMapping[str, Any],
    inbox: "asyncio.Queue[Message]",
    outbox: "asyncio.Queue[Message]",
) -> Exception | None:
    # The lifespan lives in one task from start to end, because cancel scopes may not wander between tasks.
    try:
        await app(scope, inbox.get, outbox.put)
    except Exception as error:
        await outbox.put({"type": "lifespan.startup.failed", "message": str(error)})
        return error
    return None
