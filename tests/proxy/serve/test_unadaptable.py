"""Legacy answers that cannot be told in the shapes of the new API."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import orjson
import pytest
from starlette.responses import PlainTextResponse, Response

from config.routes import RouteMap, load_routes
from config.settings import Shadow
from diffing.deviations import load_registry
from diffing.model import Asked, Observation
from diffing.registry import Registry
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy
from proxy.serve.unadaptable import unadaptable
from tests.proxy.serve.test_served import (
    FORM,
    HOST,
    NAMES,
    SERVED_BY_NEW,
    YOUNG,
    Changing,
    failing,
    legacy_names,
    names,
)

HELD = SERVED_BY_NEW.format(stage="shadow").replace(
    "[[stage]]\nroutes", "[[stage]]\n# held: looked at\nroutes"
)
Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]

JSON = (("content-type", "application/json"),)
HTML = (("content-type", "text/html"),)
TEXT = (("content-type", "text/plain"),)
CODING = ("content-encoding", "compress")


@pytest.fixture(scope="module")
def routes(config: Path) -> RouteMap:
    """The packaged route map."""
    return load_routes(config)


@pytest.fixture(scope="module")
def registry(config: Path) -> Registry:
    """The packaged registry."""
    return load_registry(config)


def error(code: str) -> bytes:
    """PHP's error document."""
    return b'{"error":{"code":"%s","message":"Something"}}' % code.encode()


@pytest.mark.parametrize(
    ("route", "parameters", "legacy", "why"),
    [
        ("dataset.get", {"dataset_id": "1"}, Observation(500, HTML, b""), "no answer"),
        ("dataset.get", {"dataset_id": "1"}, Observation(200, JSON, b'{"a":'), "no answer"),
        ("dataset.get", {"dataset_id": "1"}, Observation(404, HTML, b"<html>"), "no answer"),
        ("dataset.get", {"dataset_id": "1"}, Observation(200, (*JSON, CODING), b"?"), "cannot be read"),
        ("dataset.get", {"dataset_id": "1"}, Observation(200, JSON, b""), "no document"),
        ("dataset.get", {"dataset_id": "1"}, Observation(200, TEXT, b"PHP Warning"), "no document"),
        ("dataset.list", {"offset": "2"}, Observation(412, JSON, error("373")), "answers otherwise"),
        ("dataset.get", {"dataset_id": "1"}, Observation(412, JSON, error("999")), "code 999"),
    ],
)
def test_what_has_no_new_form_is_said(
    routes: RouteMap,
    registry: Registry,
    route: str,
    parameters: dict[str, str],
    legacy: Observation,
    why: str,
) -> None:
    """Broken answers, what the new API answers otherwise, and errors that nobody documented."""
    assert why in (unadaptable(Asked(routes[route], "GET", parameters), legacy, registry) or "")


@pytest.mark.parametrize(
    ("route", "parameters", "legacy"),
    [
        ("dataset.get", {"dataset_id": "9"}, Observation(412, JSON, error("111"))),
        (
            "badge.get",
            {"user_id": "1", "badge_id": "7"},
            Observation(200, JSON, b'{"badge":{"name":[],"rank":"0"}}'),
        ),
        ("evaluationmeasure.list", {}, Observation(200, JSON, b'{"evaluation_measures":{}}')),
        ("file.download", {"file_id": "1"}, Observation(200, (*TEXT, CODING), b"?")),
        ("file.download", {"file_id": "1"}, Observation(200, TEXT, b"")),
        (
            "file.download",
            {"file_id": "261"},
            Observation(302, (*HTML, ("location", "https://x.test/")), b""),
        ),
    ],
)
def test_what_has_a_new_form_is_adapted(
    routes: RouteMap, registry: Registry, route: str, parameters: dict[str, str], legacy: Observation
) -> None:
    """Documents, documented errors, redirections; files whatever they are coded in."""
    assert unadaptable(Asked(routes[route], "GET", parameters), legacy, registry) is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    "broken",
    [
        failing(500),
        PlainTextResponse('{"a":', media_type="application/json"),
        PlainTextResponse(
            '{"feature_qualities_list":{"quality":[{"b":"x"}]}}', media_type="application/json"
        ),
    ],
)
async def test_new_answers_a_read_whose_legacy_answer_has_no_new_form(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path], broken: Response
) -> None:
    """At stage shadow; it counts against the route, and who asks is told."""
    new = Changing(names(NAMES))
    async with (
        serve(broken) as old,
        serve(new) as young,
        between(old, young, config=staged(SERVED_BY_NEW.format(stage="shadow")), tell_served=True) as (
            url,
            parts,
        ),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", YOUNG.encode(), (HOST, ("Parity-Tell", "1")))
        head = await observe(client, "HEAD", YOUNG.encode(), (HOST,))
        seen = await verdicts(parts)
    assert (found.status, orjson.loads(found.body)) == (200, NAMES)
    assert found.header("parity-served") == "new; unadaptable"
    assert (head.status, head.body) == (200, b"")
    assert sum(count for verdict, count in seen.items() if verdict.startswith("legacy_error")) == 2
    assert [method for method, _ in new.asked] == ["GET", "HEAD"]


@pytest.mark.anyio
@pytest.mark.parametrize("why", ["kill switch", "legacy", "held", "setting", "write"])
async def test_new_is_not_asked_where_it_must_not_be(
    serve: Serve, between: Between, staged: Callable[[str], Path], why: str
) -> None:
    """The client gets a 502 that says what is wrong with legacy's answer."""
    new = Changing(names(NAMES))
    stage = SERVED_BY_NEW.format(stage="legacy" if why == "legacy" else "shadow")
    method, path = ("POST", "/datasets/tag") if why == "write" else ("GET", YOUNG)
    async with (
        serve(failing(500)) as old,
        serve(new) as young,
        between(
            old, young, config=staged(HELD if why == "held" else stage), unadaptable_by_new=why != "setting"
        ) as (url, parts),
        Upstream(url) as client,
    ):
        if why == "kill switch":
            parts.kill("a test")
        found = await observe(
            client, method, path.encode(), FORM, b"data_id=1&tag=a" if why == "write" else b""
        )
    assert found.status == 502
    # In the shadow it may be asked; no client waits for that.
    assert [headers for _, headers in new.asked if headers[b"parity-hop"].startswith(b"served")] == []
    assert "is no answer" in orjson.loads(found.body)["detail"]


@pytest.mark.anyio
async def test_new_is_not_asked_while_it_is_left_alone(
    serve: Serve, between: Between, verdicts: Verdicts, staged: Callable[[str], Path]
) -> None:
    """The breaker of the shadow says so."""
    old = Changing(legacy_names(NAMES), failing(500))
    async with (
        serve(old) as legacy,
        between(
            legacy,
            "http://127.0.0.1:1",
            config=staged(SERVED_BY_NEW.format(stage="shadow")),
            shadow=Shadow(breaker_failures=1, breaker_seconds=60),
        ) as (url, parts),
        Upstream(url) as client,
    ):
        assert (await observe(client, "GET", YOUNG.encode(), (HOST,))).status == 200
        await verdicts(parts)
        assert parts.shadow.open_breakers() == ["new"]
        found = await observe(client, "GET", YOUNG.encode(), (HOST,))
    assert found.status == 502
    assert "is no answer" in orjson.loads(found.body)["detail"]
