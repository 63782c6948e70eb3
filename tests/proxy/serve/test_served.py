"""Who answers the client: stages, fallback, kill switch, races and rehearsals, through real sockets."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.rehearsal import Rehearsals
from config.settings import Shadow, Timeouts
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "Origin, X-Requested-With, Content-Type, Accept, Authorization",
}
NAMES = ["Distinct", "Entropy"]
OLD = "/api/v1/json/data/features/qualities/list"
YOUNG = "/datasets/features/qualities/list"
HOST = ("Host", "openml.test")
FORM = (HOST, ("Content-Type", "application/x-www-form-urlencoded"))
REHEARSED = '[[stage]]\nroutes = ["*"]\nstage = "shadow"\nshadow_write = "rollback"\n'
SERVED_BY_NEW = (
    '[[stage]]\nroutes = ["*"]\nstage = "shadow"\n[[stage]]\nroutes = ["dataset.feature_quality_names"]\n'
)
SERVED_BY_NEW += 'dialects = ["new"]\nstage = "{stage}"\n'


def names(of: list[str]) -> Response:
    """The new side's answer."""
    return JSONResponse(of, headers=CORS)


def legacy_names(of: list[str]) -> Response:
    """The legacy side's answer."""
    return JSONResponse({"feature_qualities_list": {"quality": of}}, headers=CORS)


class Changing:
    """Gives one answer after the other, the last one for ever, and counts."""

    def __init__(self, *answers: ASGIApp) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[bytes, bytes]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append((scope["method"], dict(scope["headers"])))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await answer(scope, receive, send)


def failing(status: int) -> Response:
    """A side in trouble."""
    return PlainTextResponse("oops", status)


@pytest.mark.parametrize("new", ["absent", "500"])
@pytest.mark.parametrize("stage", ["new", "new_verified"])
async def test_legacy_serves_when_new_fails(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path], new: str, stage: str
) -> None:
    """In the shapes of the new API; counted, and told to who asks."""
    async with (
        serve(legacy_names(NAMES)) as old,
        serve(failing(500)) as sick,
        between(
            old,
            "http://127.0.0.1:1" if new == "absent" else sick,
            config=staged(SERVED_BY_NEW.format(stage=stage)),
            tell_served=True,
        ) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", YOUNG.encode(), (HOST, ("Parity-Tell", "1")))
        seen = await verdicts(parts)
        fallbacks = dict(parts.telemetry.fallbacks)
    assert (found.status, orjson.loads(found.body)) == (200, NAMES)
    assert found.header("parity-served") == "legacy; fallback"
    assert fallbacks == {"dataset.feature_quality_names": 1}
    assert seen == ({"new_error": 1} if stage == "new_verified" else {"skipped:sampled": 1})


@pytest.mark.parametrize("both", [False, True])
async def test_legacy_serves_when_the_legacy_face_has_no_database(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path], both: bool
) -> None:
    """It says so as PHP does, with 412, and that one may come again; what PHP says then is the answer."""
    later = {**CORS, "Retry-After": "10", "Content-Type": "text/xml"}
    lost = Response("<oml:error>", 412, headers=later)
    own = {name: value for name, value in later.items() if name != "Retry-After"}
    answer = Response("<oml:error>", 412, headers=own) if both else legacy_names(NAMES)
    stage = '[[stage]]\nroutes = ["*"]\ndialects = ["legacy"]\nstage = "new"\n'
    async with (
        serve(answer) as old,
        serve(lost) as young,
        between(old, young, config=staged(stage), tell_served=True) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", OLD.encode(), (HOST, ("Parity-Tell", "1")))
        await verdicts(parts)
    assert (found.status, found.header("parity-served")) == (412 if both else 200, "legacy; fallback")


async def test_new_serves_where_the_rollout_says_so(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """And legacy is asked in the shadow."""
    async with (
        serve(legacy_names(NAMES)) as old,
        serve(names(NAMES)) as young,
        between(old, young, config=staged(SERVED_BY_NEW.format(stage="new_verified"))) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", YOUNG.encode(), (HOST, ("Parity-Tell", "1")))
        seen = await verdicts(parts)
        assert parts.counters.flows.popitem()[0][3] == "new"
    assert (orjson.loads(found.body), found.header("parity-served"), seen) == (NAMES, None, {"explained": 1})


async def test_the_kill_switch_leaves_everything_to_legacy(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """At once, and back."""
    new = Changing(names(NAMES))
    async with (
        serve(legacy_names(NAMES)) as old,
        serve(new) as young,
        between(old, young, config=staged(SERVED_BY_NEW.format(stage="new"))) as (url, parts),
        Upstream(url) as client,
    ):
        parts.kill("a test")
        killed = await observe(client, "GET", YOUNG.encode(), (HOST,))
        asked = len(new.asked)
        parts.release()
        await observe(client, "GET", YOUNG.encode(), (HOST,))
        seen = await verdicts(parts)
    assert (orjson.loads(killed.body), asked, len(new.asked)) == (NAMES, 0, 1)
    assert seen == {"skipped:kill_switch": 1, "skipped:sampled": 1}


async def test_a_difference_that_was_a_race_is_no_difference(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """Legacy, new and legacy are asked again; now they agree."""
    old, young = Changing(legacy_names(NAMES[:1]), legacy_names(NAMES)), Changing(names(NAMES))
    async with (
        serve(old) as legacy,
        serve(young) as new,
        between(legacy, new) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", OLD.encode(), (HOST,))
        seen = await verdicts(parts)
    assert (seen, len(old.asked), len(young.asked)) == ({"skipped:race": 1}, 3, 2)


async def test_a_difference_that_stays_is_reported(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """Asking again does not hide it."""
    async with (
        serve(legacy_names(NAMES[:1])) as legacy,
        serve(names(NAMES)) as new,
        between(legacy, new) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", OLD.encode(), (HOST,))
        assert await verdicts(parts) == {"mismatch": 1}
        assert parts.telemetry.reasked == 1


async def test_legacy_against_itself_measures_the_noise(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """The new side is not asked; what changes by itself shows."""
    old, young = Changing(legacy_names(NAMES), legacy_names(NAMES), legacy_names([])), Changing(names(NAMES))
    async with (
        serve(old) as legacy,
        serve(young) as new,
        between(legacy, new, shadow=Shadow(control=True, workers=1)) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", OLD.encode(), (HOST,))
        assert await verdicts(parts) == {"match": 1}
        old.answers.insert(0, legacy_names(NAMES))
        await observe(client, "GET", OLD.encode(), (HOST,))
        assert await verdicts(parts) == {"match": 1, "mismatch": 1}
    assert young.asked == []


async def test_a_request_that_comes_back_is_refused(serve: Serve, between: Between) -> None:
    """A proxy that is its own side would ask itself for ever."""
    async with (
        serve(legacy_names(NAMES)) as legacy,
        between(legacy, legacy) as (url, parts),
        Upstream(url) as client,
    ):
        hop = ("Parity-Hop", "shadow; of somebody")
        found = await observe(client, "GET", OLD.encode(), (HOST, hop))
        assert (found.status, parts.counters.refused) == (508, 1)


async def test_writes_are_rehearsed_where_the_rollout_says_so(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """First the new side, signed, then legacy, once; both answers are compared."""
    backend = Rehearsals("secret")
    admitted: list[str] = []

    async def new(scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        header = dict(scope["headers"])[b"parity-shadow"].decode()
        backend.admit(header, scope["method"], target, hashlib.sha256(body).hexdigest())
        admitted.append(scope["path"])
        await JSONResponse({"id": "1"})(scope, receive, send)

    legacy = Changing(JSONResponse({"data_tag": {"id": "1"}}))
    form: Any = (
        HOST,
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Parity-Shadow", "rollback; forged"),
    )
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young, config=staged(REHEARSED), shadow_secret="secret") as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "POST", b"/api/v1/json/data/tag", form, b"data_id=1&tag=x&api_key=k")
        seen = await verdicts(parts)
    assert (found.status, len(legacy.asked), len(admitted)) == (200, 1, 1)
    assert b"parity-shadow" not in legacy.asked[0][1]
    assert sum(seen.values()) == 1
    assert "skipped:write" not in seen


async def test_what_clients_of_the_new_paths_write_is_rehearsed_as_they_sent_it(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """The new side is asked at the new path; legacy, which serves, at its own."""
    new = Changing(JSONResponse({"id": "1", "tags": ["x"]}))
    legacy = Changing(JSONResponse({"data_tag": {"id": "1", "tag": ["x"]}}))
    paths: list[str] = []

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        await (new if scope["path"] == "/datasets/tag" else legacy)(scope, receive, send)

    async with (
        serve(noting) as old,
        serve(noting) as young,
        between(old, young, config=staged(REHEARSED), shadow_secret="secret") as (url, parts),
        Upstream(url) as client,
    ):
        form = (HOST, ("Content-Type", "application/json"))
        await observe(client, "POST", b"/datasets/tag?api_key=k", form, b'{"data_id": 1, "tag": "x"}')
        assert sum((await verdicts(parts)).values()) == 1
    # Comparing may ask for more.
    assert paths[:2] == ["/datasets/tag", "/api/v1/json/data/tag"]


async def test_a_failing_rehearsal_stops_no_write(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """Legacy carries it out all the same."""
    legacy = Changing(JSONResponse({"data_tag": {"id": "1"}}))
    form = (HOST, ("Content-Type", "application/x-www-form-urlencoded"))
    async with (
        serve(legacy) as old,
        between(old, "http://127.0.0.1:1", config=staged(REHEARSED), shadow_secret="secret") as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "POST", b"/api/v1/json/data/tag", form, b"data_id=1&tag=x")
        assert await verdicts(parts) == {"new_error": 1}
    assert (found.status, len(legacy.asked)) == (200, 1)


async def test_a_late_rehearsal_stops_no_write(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """The write goes on after the deadline, unshadowed, and is counted."""

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await asyncio.Event().wait()

    legacy = Changing(JSONResponse({"data_tag": {"id": "1"}}))
    async with (
        serve(legacy) as old,
        serve(never) as young,
        between(
            old,
            young,
            config=staged(REHEARSED),
            shadow_secret="secret",
            timeouts=Timeouts(served=5, shadow=1, drain=5, rehearsal=0.05),
        ) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "POST", b"/api/v1/json/data/tag", FORM, b"data_id=1&tag=x")
        assert await verdicts(parts) == {"timeout": 1}
        counted = dict(parts.telemetry.rehearsals)
    assert (found.status, len(legacy.asked), counted) == (200, 1, {"timeout": 1})


async def test_what_is_too_large_is_not_rehearsed(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """Legacy carries it out, and it is counted; the new side hears nothing of it."""
    legacy, new = Changing(JSONResponse({"data_tag": {"id": "1"}})), Changing(JSONResponse({}))
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(
            old, young, config=staged(REHEARSED), shadow_secret="secret", shadow=Shadow(request_bytes=100)
        ) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "POST", b"/api/v1/json/data/tag", FORM, b"data_id=1&tag=" + b"x" * 100)
        assert await verdicts(parts) == {"skipped:too_large_to_rehearse": 1}
    assert (found.status, len(legacy.asked), len(new.asked)) == (200, 1, 0)


@pytest.mark.parametrize(("last", "verdict"), [(b"x", "match"), (b"y", "mismatch")])
async def test_long_downloads_are_compared_by_length_and_hash(
    serve: Serve, between: Between, verdicts: Verdicts, last: bytes, verdict: str
) -> None:
    """One byte in the last place is found, although neither answer is kept."""
    body = b"x" * 200_000

    def arff(content: bytes) -> Response:
        return Response(content, media_type="text/plain")

    async with (
        serve(arff(body)) as old,
        serve(arff(body[:-1] + last)) as young,
        between(old, young, shadow=Shadow(answer_bytes=1000, reask=False)) as (url, parts),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", b"/data/v1/download/1/a.arff", (HOST,))
        assert (found.body, await verdicts(parts)) == (body, {verdict: 1})


@pytest.mark.parametrize(("dialect", "sides"), [("legacy", "new legacy"), ("new", "legacy new")])
async def test_a_route_is_moved_in_one_dialect(
    serve: Serve, between: Between, staged: Callable[[str], Path], dialect: str, sides: str
) -> None:
    """Clients of the other one stay where they were; the legacy one is only moved by the words that say so."""
    rollout = (
        '[[stage]]\nroutes = ["*"]\nstage = "legacy"\n[[stage]]\nroutes = ["dataset.feature_quality_names"]\n'
        f'dialects = ["{dialect}"]\nstage = "new"\n' + ('reshape = "none"\n' if dialect == "legacy" else "")
    )
    async with (
        serve(legacy_names(NAMES)) as old,
        serve(names(NAMES)) as young,
        between(old, young, config=staged(rollout), tell_served=True) as (url, _),
        Upstream(url) as client,
    ):
        told = [
            (await observe(client, "GET", target.encode(), (HOST, ("Parity-Tell", "1")))).header(
                "parity-served"
            )
            for target in (OLD, YOUNG)
        ]
    assert told == sides.split()
