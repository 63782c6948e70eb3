"""A side that runs in this process: the in-memory twin of the upstream, over an ASGI application."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message

from proxy.message.fields import Pairs
from proxy.outbound.transport import SideAnswer


class ApplicationError(RuntimeError):
    """The application could not start or stop; the message is that of its own exception."""


class Application:
    """An ASGI application behind the transport seam: the target reaches it byte for byte.

    ``app``: the application; its lifespan is run by ``running``. ``state``: what its lifespan yielded.
    """

    def __init__(self, app: ASGIApp, state: MutableMapping[str, Any] | None = None) -> None:
        self._app = app
        self._state = state if state is not None else {}

    async def ask(
        self, method: str, target: bytes, headers: Pairs, body: bytes | AsyncIterable[bytes] = b""
    ) -> SideAnswer:
        """Call the application once (``proxy.outbound.transport.Transport``). Returns the whole answer. Raises
        httpx.RemoteProtocolError: the application raised, or ended without an answer.
        """
        path, _, query = target.partition(b"?")
        content = body if isinstance(body, bytes) else b"".join([piece async for piece in body])
        fields = [(name.lower(), value) for name, value in headers]
        if content and not {b"content-length", b"transfer-encoding"}.intersection(dict(fields)):
            # As the upstream frames a body anew, its twin says that there is one.
            fields.append((b"content-length", b"%d" % len(content)))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path.decode("latin-1"), "utf-8", "replace"),
            "raw_path": path,
            "root_path": "",
            "query_string": query,
            "headers": fields,
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
                return {"type": "http.request", "body": content, "more_body": False}
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
            told = f"the application failed: {type(error).__name__}: {error}"
            raise httpx.RemoteProtocolError(told) from error
        if "status" not in answer:
            raise httpx.RemoteProtocolError("the application gave no answer")
        # An HTTP server sends no body after HEAD; its twin neither.
        whole = b"" if method == "HEAD" else b"".join(chunks)
        return SideAnswer(answer["status"], list(answer.get("headers", ())), whole)


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
