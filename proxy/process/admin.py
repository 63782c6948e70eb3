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
class AdminAnswer:
    """What the admin side answers."""

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
        self._reads: dict[str, Callable[[], Awaitable[AdminAnswer]]] = {
            "/-/healthz": self._health,
            "/-/readyz": self._ready,
            "/-/metrics": self._metrics,
            "/-/totals": self._totals,
            "/-/state": self._state,
        }
        self._commands: Mapping[str, Callable[[], Awaitable[AdminAnswer]]] = {
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

    async def _answer(self, scope: Scope) -> AdminAnswer:
        path, method = scope["path"], scope["method"]
        allowed = "POST" if path in self._commands else "GET, HEAD"
        if path not in self._commands and path not in self._reads:
            return json_answer(404, {"paths": [*self._reads, *self._commands]})
        if method not in allowed.split(", "):
            return json_answer(405, {"allow": allowed}, (b"allow", allowed.encode()))
        if path in self._commands:
            answer = self._unauthorised(scope) or await self._commands[path]()
            audit(scope, answer.status)
            return answer
        return await self._reads[path]()

    def _unauthorised(self, scope: Scope) -> AdminAnswer | None:
        refused = refusal(scope, self._token)
        if refused is None:
            return None
        status, reason = refused
        challenge = ((b"www-authenticate", b"Bearer"),) if status == 401 else ()
        return json_answer(status, {"error": reason}, *challenge)

    async def _health(self) -> AdminAnswer:
        # A restart would help no client: they are served all the same.
        failing = (await self._controls.snapshot())["failing"]
        return json_answer(200, {"status": "failing" if failing else "ok", "failing": failing})

    async def _ready(self) -> AdminAnswer:
        ready = bool((await self._controls.snapshot())["ready"])
        return json_answer(200 if ready else 503, {"status": "ready" if ready else "draining"})

    async def _metrics(self) -> AdminAnswer:
        return AdminAnswer(200, prometheus(await self._controls.snapshot()), CONTENT_TYPE.encode())

    async def _totals(self) -> AdminAnswer:
        found = await self._controls.snapshot()
        return json_answer(200, {**{name: found[name] for name in _TOTALS}, "dialects": by_dialect(found)})

    async def _state(self) -> AdminAnswer:
        found = await self._controls.snapshot()
        return json_answer(200, {name: found[name] for name in _STATE})

    async def _kill(self) -> AdminAnswer:
        self._controls.kill("pulled by the admin command")
        return await self._state()

    async def _release(self) -> AdminAnswer:
        try:
            self._controls.release()
        except OSError as error:
            return json_answer(500, {"error": f"the kill file cannot be removed: {error.strerror}"})
        return await self._state()

    async def _reload(self) -> AdminAnswer:
        error = await self._controls.reload()
        return json_answer(422, {"error": error}) if error else await self._state()


def json_answer(status: int, document: object, *headers: tuple[bytes, bytes]) -> AdminAnswer:
    """An answer in JSON."""
    return AdminAnswer(status, text.json_bytes(document, indent=True), headers=headers)
