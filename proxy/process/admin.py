"""The side of the proxy that operators talk to: health, counts, metrics, and commands behind a token."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import Receive, Scope, Send

from config import text
from proxy.dashboard.session import audit, refusal
from proxy.process.metrics import CONTENT_TYPE, Snapshot, by_dialect, prometheus

_JSON: Final = b"application/json"
_TOTALS: Final = ("received", "served", "refused", "client_gone", "pending", "verdicts")
_STATE: Final = (
    "config",
    "config_error",
    "kill_switch",
    "breakers",
    "processes",
    "queue",
    "lag",
    "log_away",
    "fallbacks",
)


class Controls(Protocol):
    """What an operator can see and do; one process, or all workers of a machine."""

    async def snapshot(self) -> Snapshot:
        """Everything that is counted, at this moment."""

    def kill(self, why: str) -> None:
        """Legacy serves everything from now on."""

    def release(self) -> None:
        """The rollout is followed again."""

    async def reload(self) -> str:
        """Read the configuration again; gives what is wrong with it, or nothing."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    kind: bytes = _JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Admin:
    """An ASGI application; the paths are in docs/operating.md. ``controls``: what is shown and commanded. ``token``:
    what commands must bear; None refuses them all.
    """

    def __init__(self, controls: Controls, token: str | None = None) -> None:
        self._controls = controls
        self._token = token or None
        self._reads: Mapping[str, Callable[[], Awaitable[_Answer]]] = {
            "/-/healthz": self._health,
            "/-/readyz": self._ready,
            "/-/metrics": self._metrics,
            "/-/totals": self._totals,
            "/-/state": self._state,
        }
        self._commands: Mapping[str, Callable[[], Awaitable[_Answer]]] = {
            "/-/kill": self._kill,
            "/-/release": self._release,
            "/-/reload": self._reload,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # ASGI
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = await self._answer(scope)
        headers = [
            (b"content-type", answer.kind),
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", b"no-store"),
            *answer.headers,
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _answer(self, scope: Scope) -> _Answer:
        path, method = scope["path"], scope["method"]
        allowed = "POST" if path in self._commands else "GET, HEAD"
        if path not in self._commands and path not in self._reads:
            return _json(404, {"paths": [*self._reads, *self._commands]})
        if method not in allowed.split(", "):
            return _json(405, {"allow": allowed}, (b"allow", allowed.encode()))
        if path in self._commands:
            answer = self._unauthorised(scope) or await self._commands[path]()
            audit(scope, answer.status)
            return answer
        return await self._reads[path]()

    def _unauthorised(self, scope: Scope) -> _Answer | None:
        refused = refusal(scope, self._token)
        if refused is None:
            return None
        status, reason = refused
        challenge = ((b"www-authenticate", b"Bearer"),) if status == 401 else ()
        return _json(status, {"error": reason}, *challenge)

    async def _health(self) -> _Answer:
        # A restart would help no client: they are served all the same.
        failing = (await self._controls.snapshot())["failing"]
        return _json(200, {"status": "failing" if failing else "ok", "failing": failing})

    async def _ready(self) -> _Answer:
        ready = bool((await self._controls.snapshot())["ready"])
        return _json(200 if ready else 503, {"status": "ready" if ready else "draining"})

    async def _metrics(self) -> _Answer:
        return _Answer(200, prometheus(await self._controls.snapshot()), CONTENT_TYPE.encode())

    async def _totals(self) -> _Answer:
        found = await self._controls.snapshot()
        return _json(200, {**{name: found[name] for name in _TOTALS}, "dialects": by_dialect(found)})

    async def _state(self) -> _Answer:
        found = await self._controls.snapshot()
        return _json(200, {name: found[name] for name in _STATE})

    async def _kill(self) -> _Answer:
        self._controls.kill("pulled by the admin command")
        return await self._state()

    async def _release(self) -> _Answer:
        try:
            self._controls.release()
        except OSError as error:
            return _json(500, {"error": f"the kill file cannot be removed: {error.strerror}"})
        return await self._state()

    async def _reload(self) -> _Answer:
        error = await self._controls.reload()
        return _json(422, {"error": error}) if error else await self._state()


def _json(status: int, document: object, *headers: tuple[bytes, bytes]) -> _Answer:
    return _Answer(status, text.json_bytes(document, indent=True), headers=headers)
