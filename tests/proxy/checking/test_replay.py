"""Replaying recordings: what is asked, what is skipped, what is counted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from config.problems import load_problems
from config.routes import RouteMap, load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Outcome, SkipReason
from proxy.checking.inprocess import Application
from proxy.checking.replay import Replay, ReplayedExchange, tally
from proxy.recordings.recording import Recording, read_recordings

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent
READ = ROOT / "tests" / "recordings" / "read"
WRITE = ROOT / "tests" / "recordings" / "write"


CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Origin, X-Requested-With, Content-Type, Accept, Authorization",
}


class Side:
    """A new side that keeps what it is asked and answers everything alike."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode()
        self.asked.append((scope["method"], scope["raw_path"].decode() + (f"?{query}" if query else "")))
        await JSONResponse([], headers=CORS)(scope, receive, send)


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    """The packaged route map."""
    return load_routes(ROOT / "config")


@pytest.fixture(scope="module")
def differ() -> Differ:
    """The packaged registry."""
    return Differ(load_registry(ROOT / "config"), load_problems(ROOT / "config"))


@pytest.fixture(scope="module")
def corpus() -> dict[str, Recording]:
    """All read recordings by id."""
    return {item.id: item for item in read_recordings([READ])}


async def replayed(
    recordings: Sequence[Recording], routes: RouteMap, differ: Differ, side: Side | None = None
) -> list[ReplayedExchange]:
    """Replay against a side in memory."""
    return await Replay(recordings, routes, differ, Application(side or Side())).run()


async def test_every_recording_gets_one_verdict(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """Nothing is lost, and the counts say so; of all recordings tests/functional/test_corpus.py says it."""
    some = list(corpus.values())[::20]
    exchanges = await replayed(some, routes, differ)
    document = tally(exchanges).document()["totals"]
    assert [exchange.recording.id for exchange in exchanges] == [recording.id for recording in some]
    assert document["received"] == len(some) > 300


async def test_a_recording_is_asked_for_in_the_new_dialect(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """Path, filters and key go where the route map says."""
    side = Side()
    await replayed([corpus["data.data-61-user2"]], routes, differ, side)
    assert side.asked == [("GET", "/datasets/61?api_key=00000000000000000000000000000000")]


async def test_an_html_page_is_not_compared(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """Characters that PHP's front refuses where the new side takes them; its page was emptied after recording."""
    pages = [
        item
        for item in corpus.values()
        if item.body_dropped and item.response.status == 400 and "build-7" in item.id
    ]
    exchanges = await replayed(pages, routes, differ)
    assert {exchange.comparison.reason for exchange in exchanges} == {SkipReason.HTML_PAGE}


async def test_xml_is_asked_for_as_json(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """The new API has no XML: it is asked once, on the same route."""
    side = Side()
    await replayed([corpus["data.xml-data-1"]], routes, differ, side)
    assert side.asked == [("GET", "/datasets/1")]


async def test_a_limited_list_is_asked_for_without_its_limit_once(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """Many parts of one list share one answer; each part is asked for itself."""
    side = Side()
    limited = [
        item
        for item in corpus.values()
        if item.limited and item.endpoint == "data/list" and b"data/list/limit" in item.request.target
    ][:5]
    await replayed(limited, routes, differ, side)
    assert len([target for _, target in side.asked if target == "/datasets/list"]) <= 1


async def test_what_differs_from_call_to_call_proves_nothing(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """A random pick that differs is skipped, not a mismatch."""
    volatile = [item for item in corpus.values() if item.volatile]
    exchanges = await replayed(volatile, routes, differ)
    assert {exchange.comparison.verdict for exchange in exchanges} <= {
        "skipped:underived",
        "match",
        "explained",
    }


async def test_a_side_that_answers_wrong_is_found(
    corpus: dict[str, Recording], routes: RouteMap, differ: Differ
) -> None:
    """An empty list is no data set; the example says how to see it."""
    exchanges = await replayed([corpus["data.data-1"]], routes, differ)
    [cluster] = tally(exchanges).clusters.values()
    assert exchanges[0].comparison.outcome is Outcome.MISMATCH
    assert cluster.example["request"] == "GET https://openml.test/api/v1/json/data/1"
    assert cluster.example["new_request"] == "GET /datasets/1"


async def test_keys_are_not_shown(corpus: dict[str, Recording], routes: RouteMap, differ: Differ) -> None:
    """A report can be passed on."""
    exchanges = await replayed([corpus["data.data-61-user2"]], routes, differ)
    [cluster] = tally(exchanges).clusters.values()
    assert cluster.example["request"].endswith("/data/61?api_key=[user2]")


async def test_a_write_that_was_carried_out_is_not_replayed(routes: RouteMap, differ: Differ) -> None:
    """Scenarios of writes need a database of their own."""
    writes = read_recordings([ROOT / "tests" / "recordings" / "write" / "data.jsonl.gz"])
    side = Side()
    implemented = RouteMap(
        {name: route for name, route in routes.routes.items() if not route.writes}
        | {"dataset.tag": replace(routes["dataset.tag"], implemented=True)}
    )
    recordings = [
        item
        for item in writes
        if item.request.target == b"/api/v1/json/data/tag" and item.request.method == "POST"
    ]
    exchanges = await replayed(recordings, implemented, differ, side)
    assert {exchange.comparison.reason for exchange in exchanges} == {SkipReason.WRITE}
    assert side.asked == []


async def test_a_step_of_a_scenario_is_asked_for_though_it_writes(routes: RouteMap, differ: Differ) -> None:
    """Where the side has a database of its own for it; what entries presume is asked before."""
    steps = [item for item in read_recordings([WRITE / "data.jsonl.gz"]) if item.scenario == "data.tag"]
    side = Side()
    replay = Replay(steps, routes, differ, Application(side), writes=True)
    exchange = await replay.step(*replay.translated[0])
    key = "api_key=00000000000000000000000000000000"
    asked = [("GET", f"/datasets/61?{key}"), ("POST", "/datasets/tag")]
    assert (side.asked[:2], exchange.route) == (asked, "dataset.tag")
