"""Two servers of the new API."""

import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from proxy.checking.check import over_network
from proxy.checking.live import LiveLegacy, LiveOptions
from proxy.checking.replay import tally
from proxy.compare.tally import Tally
from proxy.exploring.sides import SameSides, asking, speaks_legacy, speaks_new
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.request_lines import UNANSWERED

pytestmark = pytest.mark.anyio
CONFIG = Path(__file__).parent.parent.parent.parent / "config"
ROUTES = load_routes(CONFIG)
Serve = Callable[..., AbstractAsyncContextManager[str]]


def answering(*documents: object) -> ASGIApp:
    """A server of the new API that answers these documents in turn; at its root, nothing."""
    left = list(documents)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer: Response = Response(b"")
        if scope["path"].startswith("/api/"):
            answer = JSONResponse({}, 404, media_type="application/problem+json")
        elif scope["path"] != "/":
            answer = JSONResponse(left.pop(0) if len(left) > 1 else left[0])
        await answer(scope, receive, send)

    return app


async def compared(serve: Serve, first: ASGIApp, second: ASGIApp, target: bytes, endpoint: str = "") -> Tally:
    """What comes of one request."""
    request = RecordedRequest("GET", "http://a", target)
    async with (
        serve(first) as one,
        serve(second) as other,
        over_network(one) as side,
        over_network(other) as new,
    ):
        how = LiveOptions(writes=True)
        differ = Differ(load_registry(CONFIG), load_problems(CONFIG))
        recording = Recording("1", endpoint, "none", request, UNANSWERED)
        replay = SameSides([recording], ROUTES, differ, LiveLegacy(side, how), new, how)
        return tally(await replay.run())


TARGET = b"/api/v1/json/tasktype/1"


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (answering({"a": 1}), answering({"a": 1}), "match"),
        (answering({"a": 1}), answering({"a": 2}), "mismatch"),
        (answering({"a": 1}), answering({"a": "1"}), "mismatch"),
        (answering({"a": 2}, {"a": 1}), answering({"a": 1}), "skipped:race"),
    ],
)
async def test_any_difference_that_stays_counts(
    serve: Serve, first: ASGIApp, second: ASGIApp, verdict: str
) -> None:
    """Nothing is documented to differ."""
    found = await compared(serve, first, second, TARGET)
    assert dict(found.totals.verdicts) == {verdict: 1}


async def test_a_random_pick_is_compared_by_its_status(serve: Serve) -> None:
    """Which one it is proves nothing."""
    chance = random.Random(1)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse([chance.random()])(scope, receive, send)

    found = await compared(serve, app, app, b"/api/v1/json/data/unprocessed/1/random")
    assert dict(found.totals.verdicts) == {"match": 1}


async def test_what_only_the_new_api_has_is_asked_as_it_is(serve: Serve) -> None:
    """The request is its own translation."""
    found = await compared(serve, answering({}), answering({}), b"/users/1", "user.delete")
    assert found.routes["user.delete"].of("match") == 1


async def test_a_server_may_speak_both(serve: Serve) -> None:
    """The backend has a legacy face: it is compared with another one as equal, in either dialect."""

    async def backend(scope: Scope, receive: Receive, send: Send) -> None:
        php = scope["path"].startswith("/api/v1/")
        kind = "application/json" if php else "application/problem+json"
        await JSONResponse({}, 200 if php else 404, media_type=kind)(scope, receive, send)

    async with serve(backend) as url, over_network(url) as transport:
        side = LiveLegacy(transport, LiveOptions())
        assert await speaks_new(side)
        assert await speaks_legacy(side)
    async with serve(answering({})) as url, over_network(url) as transport:
        assert not await speaks_legacy(LiveLegacy(transport, LiveOptions()))


async def test_a_server_tells_which_api_it_speaks(serve: Serve) -> None:
    """The new one has paths that PHP has not; it is asked for lists by its own."""
    php = Response("<html>", 404, media_type="text/html")
    for app, new in ((answering([]), True), (php, False), (Response(status_code=404), False)):
        async with serve(app) as url, over_network(url) as transport:
            side = LiveLegacy(transport, LiveOptions())
            assert await speaks_new(side) is new
            answer = await asking(side, ROUTES, new=new)("/api/v1/json/tasktype/list")
            assert answer.status == (200 if new else 404)
