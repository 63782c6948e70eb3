"""Asking the legacy face what PHP was asked."""

from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from config.routes import RouteMap, load_routes
from diffing.model import Outcome
from proxy.checking.face_replay import FaceReplay, facts, route_of
from proxy.checking.inprocess import Application
from proxy.compare.unlimited import whole_list
from proxy.message.translation import Request
from proxy.recordings.recording import Recording, read_recordings
from proxy.translate.to_new import legacy_to_new

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    """The packaged route map."""
    return load_routes(ROOT / "config")


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """Those of tasks."""
    return list(read_recordings([ROOT / "tests" / "recordings" / "read" / "task.jsonl.gz"]))


class Parrot:
    """Answers what was recorded, by the target."""

    def __init__(self, recordings: list[Recording]) -> None:
        self.answers = {(item.request.method, item.request.target): item.response for item in recordings}
        self.asked: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        self.asked.append(target)
        seen = self.answers.get((scope["method"], target))
        answer = (
            Response(b"", 501)
            if seen is None
            else Response(seen.body, seen.status or 500, dict(seen.headers))
        )
        await answer(scope, receive, send)


async def test_requests_go_as_they_were_recorded(recordings: list[Recording], routes: RouteMap) -> None:
    """PHP's own answers match, and its crashes count as failures."""
    parrot = Parrot(recordings)
    exchanges = await FaceReplay(recordings, routes, Application(parrot)).run(lambda name: name == "task.get")
    whole = [exchange for exchange in exchanges if exchange.recording.defect is None]
    assert whole
    assert {exchange.comparison.outcome for exchange in whole} == {Outcome.MATCH}
    broken = {exchange.comparison.verdict for exchange in exchanges if exchange.recording.defect is not None}
    assert broken == {"legacy_error:undocumented"}
    assert parrot.asked[0] == exchanges[0].recording.request.target


def test_facts_come_from_recording_and_route(recordings: list[Recording], routes: RouteMap) -> None:
    """A list of PHP's own templates."""
    listed = next(item for item in recordings if item.id == "task.task-list")
    asked = facts(listed, legacy_to_new(Request("GET", listed.request.target), routes))
    assert (asked.native, asked.unordered, asked.envelope) == (True, True, ("tasks", "task"))


@pytest.mark.parametrize(
    ("path", "unordered"), [("task/tag/list", True), ("task/1", False), ("tasktype/list", False)]
)
def test_texts_that_nothing_orders_are_unordered(
    recordings: list[Recording], routes: RouteMap, path: str, unordered: bool
) -> None:
    """Whatever the recording says."""
    one = next(item for item in recordings if not item.unordered)
    asked = facts(one, legacy_to_new(Request("GET", f"/api/v1/json/{path}".encode()), routes))
    assert asked.unordered is unordered


@pytest.mark.parametrize(
    ("target", "limit", "whole"),
    [
        (b"/api/v1/json/task/list/limit/3/tag/a/offset/1?x=1", None, b"/api/v1/json/task/list/tag/a?x=1"),
        (b"/api/v1/task/list/limit/3", b"9", b"/api/v1/task/list/limit/9"),
        (
            b"/api/v1/json/evaluation/request/1/normal/3/task/2",
            None,
            b"/api/v1/json/evaluation/request/1/normal/0/task/2",
        ),
    ],
)
def test_whole_lists_are_asked_for_without_limits(
    target: bytes, limit: bytes | None, whole: bytes, routes: RouteMap
) -> None:
    """Other filters stay; what cuts a list in its path gets the value of the whole one."""
    assert whole_list(target, route_of(legacy_to_new(Request("GET", target), routes)), limit) == whole
