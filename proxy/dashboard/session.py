"""Who may see and do what on the admin port: the token, sessions made with it, hosts under which the port is known."""

import asyncio
import hmac
import ipaddress
import logging
import re
import time
from collections.abc import Collection
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.types import ASGIApp, Receive, Scope, Send

from config import text
from proxy.inbound.guard import AUTHORITY

COOKIE: Final = "parity_session"
SECONDS: Final = 12 * 3600
LOGIN: Final = "/-/session"
# Below it are the pages that show what clients sent and sides answered.
_BODIES: Final = "/clusters/"
_LONGEST_FORM: Final = 65_536
_FORM_SECONDS: Final = 10.0
_FORM: Final = Markup("""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · parity</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/static/style.css">
</head><body><main><h1>Sign in</h1>
<form method="post" action="/-/session"><input type="hidden" name="next" value="{}">
<label>Admin token <input type="password" name="token" autofocus></label> <button>Sign in</button></form>
<p>It is <code>admin_token</code> in proxy.toml, or <code>PARITY_ADMIN_TOKEN</code>. <code>parity demo</code> prints
one.</p>
</main></body></html>""")
# Where a browser goes after signing in: a page of this port, not of another one (`//host`, `/\\host`).
_PAGE: Final = re.compile(r"/(?![/\\])[\x21-\x7e]*+")
_START: Final = "/clusters"
# Who commanded what, and what came of it.
_AUDIT: Final = logging.getLogger("proxy.audit")
_SAFE: Final = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"same-origin"),
)


class GuardedAdmin:
    """The admin side as strangers see it.

    Args:
        app: Commands, health, metrics and the dashboard.
        token: The administrators' token; None when the settings have none.
        host: The address that the port listens on; on a loopback address recorded bodies are shown to all.
        names: Further host names under which the port is known.
    """

    def __init__(self, app: ASGIApp, *, token: str | None, host: str, names: Collection[str] = ()) -> None:
        self._app = app
        self._token = token or None
        self._open = _is_loopback(host)
        self._names = {"localhost", host.lower(), *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            return
        refused = 0
        if not self._is_known(_field(scope, b"host")):
            refused = 421
            await _refuse(send, refused, "this host name is not in admin_hosts")
        elif scope["path"] == LOGIN:
            await self._login(scope, receive, send)
        elif self._open or not scope["path"].startswith(_BODIES):
            await self._app(scope, receive, send)
        elif self._token is None:
            refused = 403
            await _refuse(
                send, refused, "recorded bodies are shown with a token only; the settings have no admin_token"
            )
        elif bears(scope, self._token) or has_session(scope, self._token):
            await self._app(scope, receive, send)
        else:
            refused = 401
            headers = (
                (b"www-authenticate", b"Bearer"),
                (b"content-type", b"text/html; charset=utf-8"),
                *_SAFE,
            )
            await _answer(send, refused, _form(page_of(scope)), headers)
        if refused and scope["method"] == "POST":
            audit(scope, refused)

    def _is_known(self, host: str) -> bool:
        """Whether a page of others cannot have been given this name by its own name server (DNS rebinding)."""
        if not host:
            return True
        if AUTHORITY.fullmatch(host.encode("latin-1")) is None:
            return False
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        return name.lower() in self._names or _is_address(name)

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            wanted = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("next", "")
            body = _form(wanted)
            await _answer(send, 200, body, ((b"content-type", b"text/html; charset=utf-8"), *_SAFE))
            return
        given, token = await form_of(receive), self._token
        known = given is not None and token is not None and _same(given.get("token", ""), token)
        audit(scope, 303 if known and from_here(scope) else 403)
        if given is None or token is None or not known or not from_here(scope):
            await _refuse(send, 403, "this is not the admin token")
            return
        cookie = f"{COOKIE}={session(token)}; Path=/; Max-Age={SECONDS}; HttpOnly; SameSite=Strict"
        to = (b"location", _next(given.get("next", "")).encode())
        await _answer(send, 303, b"", ((b"set-cookie", cookie.encode()), to, *_SAFE))


def refusal(scope: Scope, token: str | None) -> tuple[int, str] | None:
    """Status and reason with which a command is refused; None when it may be given.

    Args:
        token: The administrators' token; None when the settings have none.
    """
    if token is None:
        return 403, "commands are off: the settings have no admin_token"
    if not from_here(scope):
        return 403, "commands are not taken from pages of others"
    if bears(scope, token) or has_session(scope, token):
        return None
    return 401, "Authorization: Bearer TOKEN is needed"


def audit(scope: Scope, status: int) -> None:
    """Note who commanded what, and what came of it."""
    peer = scope["client"][0] if scope.get("client") else "unknown"
    _AUDIT.warning("admin command %s from %s: %d", text.line(scope["path"]), peer, status)


def session(token: str, now: float | None = None) -> str:
    """What proves that somebody knew the token, for some hours; every process knows it again. ``token``: the
    administrators' token.
    """
    end = str(int((time.time() if now is None else now) + SECONDS))
    return f"{end}.{hmac.digest(token.encode(), b'parity session ' + end.encode(), 'sha256').hex()}"


def has_session(scope: Scope, token: str) -> bool:
    """Whether a request has a session that was made with the token and has not ended."""
    for pair in _field(scope, b"cookie").split(";"):
        name, _, value = pair.strip().partition("=")
        end, _, _ = value.partition(".")
        if name == COOKIE and end.isdecimal() and len(end) < 20 and int(end) > time.time():
            return _same(value, session(token, int(end) - SECONDS))
    return False


def bears(scope: Scope, token: str) -> bool:
    """Whether a request bears the token; the name of a scheme has no case (RFC 9110, 11.1)."""
    scheme, _, given = _field(scope, b"authorization").partition(" ")
    return scheme.lower() == "bearer" and _same(given.strip(" "), token)


def from_here(scope: Scope) -> bool:
    """Whether a request comes from a page of this port, or from no page at all."""
    origin = _field(scope, b"origin")
    if not origin:
        return _field(scope, b"sec-fetch-site") in ("", "none", "same-origin")
    named = origin.partition("://")[2].lower()
    return bool(named) and named == _field(scope, b"host").lower()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _field(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


async def form_of(receive: Receive) -> dict[str, str] | None:
    """The fields of a form; None of one that is longer than any form here, or does not come to its end soon."""
    body, more = b"", True
    try:
        async with asyncio.timeout(_FORM_SECONDS):
            while more and len(body) <= _LONGEST_FORM:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError:
        return None
    return None if len(body) > _LONGEST_FORM else dict(parse_qsl(body.decode("latin-1")))


def page_of(scope: Scope) -> str:
    """The page that a request is about, to come back to it."""
    query = scope["query_string"].decode("latin-1")
    path = scope["path"] if scope["method"] in ("GET", "HEAD") else _START
    return f"{path}?{query}" if query else str(path)


def _next(wanted: str) -> str:
    return wanted if _PAGE.fullmatch(wanted) else _START


def _form(wanted: str) -> bytes:
    return str(_FORM.format(_next(wanted))).encode()


async def _refuse(send: Send, status: int, error: str) -> None:
    body = text.json_bytes({"error": error, "title": HTTPStatus(status).phrase})
    await _answer(send, status, body, ((b"content-type", b"application/json"), *_SAFE))


async def _answer(send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
