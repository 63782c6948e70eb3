"""Who may see what on the admin port."""

import time
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from diffing.model import Observation
from proxy.checking.inprocess import Application
from proxy.dashboard.session import (
    COOKIE,
    SECONDS,
    GuardedAdmin,
    bears,
    form_of,
    from_here,
    has_session,
    session,
)
from proxy.outbound.observe import observe

pytestmark = pytest.mark.anyio
TOKEN = "grün token"
BODIES = b"/clusters/0123"


async def asked(
    target: bytes = BODIES,
    *headers: tuple[str, str],
    host: str = "0.0.0.0",
    token: str | None = TOKEN,
    body: bytes | None = None,
) -> Observation:
    """What a stranger gets of the admin port."""
    guarded = GuardedAdmin(PlainTextResponse("shown"), token=token, host=host, names=["proxy.internal"])
    fields = headers if any(name == "host" for name, _ in headers) else (("host", "127.0.0.1:8081"), *headers)
    return await observe(
        Application(guarded), "GET" if body is None else "POST", target, fields, b"" if body is None else body
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8081", 200),
        ("10.1.2.3", 200),
        ("[::1]:8081", 200),
        ("Proxy.Internal:8081", 200),
        ("attacker.test", 421),
        ("localhost.attacker.test:8081", 421),
        ("127.0.0.1.attacker.test", 421),
        ("u@localhost", 421),
        ("[::1", 421),
    ],
)
async def test_the_port_is_asked_under_its_own_names(host: str, status: int) -> None:
    """A page of others could have any other name point to it (DNS rebinding)."""
    assert (await asked(b"/-/totals", ("host", host))).status == status


@pytest.mark.parametrize(
    ("target", "host", "token", "status"),
    [
        (BODIES, "127.0.0.1", None, 200),
        (BODIES, "::1", TOKEN, 200),
        (BODIES, "0.0.0.0", TOKEN, 401),
        (BODIES, "0.0.0.0", None, 403),
        (BODIES, "0.0.0.0", "", 403),
        (b"/clusters", "0.0.0.0", TOKEN, 200),
        (b"/-/metrics", "0.0.0.0", None, 200),
    ],
)
async def test_recorded_bodies_need_the_token_off_loopback(
    target: bytes, host: str, token: str | None, status: int
) -> None:
    """Without one in the settings nobody sees them."""
    assert (await asked(target, host=host, token=token)).status == status


async def test_a_session_is_made_with_the_token() -> None:
    """And opens what the token opens."""
    wrong = await asked(b"/-/session", body=b"token=x")
    foreign = await asked(b"/-/session", ("origin", "http://attacker.test"), body=b"token=gr%C3%BCn+token")
    made = await asked(b"/-/session", ("origin", "http://127.0.0.1:8081"), body=b"token=gr%C3%BCn+token")
    cookie = made.header("set-cookie") or ""
    assert (wrong.status, foreign.status, made.status) == (403, 403, 303)
    assert "HttpOnly; SameSite=Strict" in cookie
    assert (await asked(BODIES, ("cookie", f"a=b; {cookie.partition(';')[0]}"))).status == 200
    assert (await asked(BODIES, ("authorization", f"bearer  {TOKEN}"))).status == 200


async def test_refused_commands_leave_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """Also those that come no further than the door, and whoever guesses the token."""
    caplog.set_level("WARNING", "proxy.audit")
    await asked(BODIES + b"/accept", body=b"reason=x")
    await asked(BODIES + b"/accept", body=b"reason=x", token=None)
    await asked(BODIES + b"/accept", ("host", "attacker.test"), body=b"reason=x")
    await asked(b"/-/session", body=b"token=x")
    await asked(BODIES)
    told = [record.message.rpartition(" ")[2] for record in caplog.records if record.name == "proxy.audit"]
    assert told == ["401", "403", "421", "403"]


@pytest.mark.parametrize("rest", [b"x" * 70_000, None], ids=["too long", "cut off"])
async def test_half_a_form_is_none(rest: bytes | None) -> None:
    """A client that leaves while it sends has not said all."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"a=b&c=", "more_body": True}]
    last = {"type": "http.disconnect"} if rest is None else {"type": "http.request", "body": rest}
    messages.append(last)

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    assert await form_of(receive) is None


def scope(**fields: str) -> dict[str, Any]:
    """A request with some fields."""
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Bearer t", True),
        ("bearer t", True),
        ("BEARER  t", True),
        ("Basic t", False),
        ("Bearer", False),
        ("Bearer tt", False),
    ],
)
def test_a_scheme_has_no_case(value: str, expected: bool) -> None:
    """RFC 9110, 11.1."""
    assert bears(scope(authorization=value), "t") is expected


def test_a_session_ends() -> None:
    """And cannot be made longer, or with another token."""
    now = time.time()
    end, _, proof = session("t", now).partition(".")
    assert has_session(scope(cookie=f"{COOKIE}={end}.{proof}"), "t")
    assert not has_session(scope(cookie=f"{COOKIE}={int(end) + 1}.{proof}"), "t")
    assert not has_session(scope(cookie=f"{COOKIE}={session('t', now - SECONDS - 1)}"), "t")
    assert not has_session(scope(cookie=f"{COOKIE}={session('u', now)}"), "t")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"host": "h:1"}, True),
        ({"host": "h:1", "origin": "http://h:1"}, True),
        ({"host": "h:1", "origin": "http://h:2"}, False),
        ({"host": "h:1", "origin": "null"}, False),
        ({"origin": "null"}, False),
        ({"host": "h:1", "sec_fetch_site": "cross-site"}, False),
        ({"host": "h:1", "sec_fetch_site": "same-origin"}, True),
    ],
)
def test_pages_of_others_are_known(fields: dict[str, str], expected: bool) -> None:
    """By what browsers say of them."""
    assert from_here(scope(**fields)) is expected
