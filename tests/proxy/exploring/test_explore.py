"""An exploration from end to end, of small servers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from diffing.face import VOLATILE
from proxy.checking.check import CheckError, Dialect, FailureLimits
from proxy.checking.live import LiveOptions
from proxy.exploring.explore import Exploration, Explored, explore
from proxy.recordings.caller_keys import CallerKeys

pytestmark = pytest.mark.anyio
CONFIG = Path(__file__).parent.parent.parent.parent / "config"
Serve = Callable[..., AbstractAsyncContextManager[str]]
KEYS = CallerKeys({"admin": "AD" + "0" * 30, "user2": "0" * 32})


async def explored(legacy: str, new: str, number: int = 150, dialect: Dialect = "new") -> Explored:
    """So many requests at seed 1."""
    wanted = Exploration(legacy, new, 1, number, LiveOptions(), KEYS, dialect)
    return await explore(wanted, CONFIG, limits=FailureLimits())


def answering(status: int, document: object, kind: str = "application/json") -> ASGIApp:
    """A server that always answers the same."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse(document, status, media_type=kind)(scope, receive, send)

    return app


async def test_php_is_compared_with_the_registry(serve: Serve) -> None:
    """A server that answers PHP's paths is PHP: the clusters are those of a check."""
    php = answering(412, {"error": {"code": "100", "message": "Function not valid"}})
    async with serve(php) as legacy, serve(answering(200, [])) as new:
        found = await explored(legacy, new)
    assert not found.same
    assert found.result.tally.totals.received == 150
    assert found.result.tally.totals.of("mismatch") > 10
    assert "mismatch" in found.result.breaches[0]
    assert set(found.counts.total.of("role")) == {"admin", "user", "none", "bad"}


async def test_servers_of_the_new_api_are_compared_as_equal(serve: Serve) -> None:
    """Whatever the registry says."""
    app = answering(404, {"code": "100"}, "application/problem+json")
    async with serve(app) as legacy, serve(app) as new:
        found = await explored(legacy, new)
    assert found.same
    counted = found.result.tally
    picked = counted.deviations[VOLATILE]  # by chance: equal or not
    assert counted.totals.of("match") + picked == found.counts.total.requests > 140
    assert found.counts.total.successes == 0
    assert found.result.breaches == ()


async def test_one_seed_asks_the_same(serve: Serve) -> None:
    """Of equal servers."""
    app = answering(404, {"code": "100"}, "application/problem+json")
    async with serve(app) as url:
        first, second = await explored(url, url, 60), await explored(url, url, 60)
    assert first.requests == second.requests


async def test_a_server_that_is_not_there_is_told() -> None:
    """Before anything is asked."""
    with pytest.raises(CheckError, match="does not answer"):
        await explored("http://127.0.0.1:1", "http://127.0.0.1:1")


async def test_both_sides_can_be_asked_in_phps_dialect(serve: Serve) -> None:
    """Nothing is translated, nothing documented; the requests are those of the other dialect."""
    php = answering(412, {"error": {"code": "100", "message": "Function not valid"}})
    async with serve(php) as legacy, serve(php) as new:
        found = await explored(legacy, new, dialect="legacy")
        other = await explored(legacy, new)
    assert found.requests == other.requests
    counted = found.result.tally
    picked = counted.deviations[VOLATILE]  # by chance: equal or not
    assert counted.totals.of("match") + picked == found.counts.total.requests > 140
    assert found.result.breaches == ()


async def test_the_new_api_does_not_speak_phps_dialect(serve: Serve) -> None:
    """Two servers of it cannot be compared in that."""
    app = answering(404, {"code": "100"}, "application/problem+json")
    async with serve(app) as url:
        with pytest.raises(CheckError, match="does not speak PHP's dialect"):
            await explored(url, url, dialect="legacy")
