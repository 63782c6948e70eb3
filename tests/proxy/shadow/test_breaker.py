"""A side that fails is left alone, and tried again; by itself, and through real sockets."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from config.settings import Shadow
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy
from proxy.shadow.breaker import Breaker

Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]
ANSWER = JSONResponse({"feature_qualities_list": {"quality": ["Distinct", "Entropy"]}})
TARGET = b"/api/v1/json/data/features/qualities/list"
HOST = ("Host", "openml.test")


class Counting:
    """A side that counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await JSONResponse([])(scope, receive, send)


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row() -> None:
    """One success between them begins anew."""
    breaker = Breaker(2, 10)
    for answered in (False, True, False):
        breaker.note(answered)
    assert breaker.allows()
    breaker.note(False)
    assert (breaker.allows(), breaker.is_open) == (False, True)


def test_one_request_at_a_time_tries_again() -> None:
    """A side that is back is not run over."""
    clock = Clock()
    breaker = Breaker(1, 10, clock=clock)
    breaker.note(False)
    clock.now = 11
    assert (breaker.allows(), breaker.allows()) == (True, False)
    breaker.note(True)
    assert (breaker.allows(), breaker.is_open) == (True, False)


def test_zero_never_opens() -> None:
    """For whoever wants every exchange asked."""
    breaker = Breaker(0, 10)
    for _ in range(100):
        breaker.note(False)
    assert breaker.allows()


def test_opening_is_told_once() -> None:
    """Not at each failure while it is open."""
    told: list[str] = []
    breaker = Breaker(1, 10, lambda: told.append("open"))
    breaker.note(False)
    breaker.note(False)
    assert told == ["open"]


@pytest.mark.anyio
async def test_a_side_that_does_not_answer_is_left_alone(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """After so many failures; counted."""
    shadow = Shadow(workers=1, breaker_failures=2, breaker_seconds=60)
    async with (
        serve(ANSWER) as legacy,
        between(legacy, "http://127.0.0.1:1", shadow=shadow) as (url, parts),
        Upstream(url) as client,
    ):
        for _ in range(5):
            await observe(client, "GET", TARGET, (HOST,))
        assert await verdicts(parts) == {"new_error": 2, "skipped:breaker_open": 3}
        assert parts.shadow.open_breakers() == ["new"]


@pytest.mark.anyio
async def test_a_side_whose_answers_are_always_too_large_is_left_alone(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """What is served is shorter: reading so much of the other one, again and again, costs the machine that serves."""
    shadow = Shadow(workers=1, answer_bytes=200, breaker_failures=2, breaker_seconds=60)
    long = JSONResponse(["x" * 200])
    async with (
        serve(ANSWER) as legacy,
        serve(long) as new,
        between(legacy, new, shadow=shadow) as (url, parts),
        Upstream(url) as client,
    ):
        for _ in range(3):
            await observe(client, "GET", TARGET, (HOST,))
        assert await verdicts(parts) == {"too_large": 2, "skipped:breaker_open": 1}


@pytest.mark.anyio
async def test_a_served_answer_that_is_too_large_is_asked_of_nobody(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """There is nothing to compare it with."""
    new = Counting()
    async with (
        serve(ANSWER) as legacy,
        serve(new) as young,
        between(legacy, young, shadow=Shadow(workers=1, answer_bytes=5)) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", TARGET, (HOST,))
        assert await verdicts(parts) == {"too_large": 1}
    assert new.asked == 0


@pytest.mark.anyio
async def test_long_downloads_leave_nobody_alone(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """They are compared by length and hash, however many there are."""
    shadow = Shadow(workers=1, answer_bytes=5, breaker_failures=2, breaker_seconds=60)
    file = PlainTextResponse("@relation x")
    async with (
        serve(file) as legacy,
        serve(file) as new,
        between(legacy, new, shadow=shadow) as (url, parts),
        Upstream(url) as client,
    ):
        for _ in range(4):
            await observe(client, "GET", b"/data/v1/download/1/x.arff", (HOST,))
        assert await verdicts(parts) == {"match": 4}
