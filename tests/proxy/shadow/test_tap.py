"""Recording live traffic: a sample of each route, without secrets, beside what clients notice."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.recording import RecordingSettings
from config.routes import RouteMap, load_routes
from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy
from proxy.recordings.recording import Recording, read_recordings
from proxy.recordings.server import RecordedServer
from proxy.shadow.tap import Tap
from tests.proxy.exchanges import judged_exchange
from tests.proxy.logs import FIRST

ROOT = Path(__file__).parent.parent.parent.parent
READ = ROOT / "tests" / "recordings" / "read"
KEY = "0123456789abcdef" * 2
JSON = (("Content-Type", "application/json"),)
Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    """The packaged route map."""
    return load_routes(ROOT / "config")


def tapped(
    folder: Path,
    routes: RouteMap,
    answers: list[Observation],
    *,
    route: str = "dataset.get",
    target: bytes = b"/api/v1/json/data/1",
    **settings: Any,
) -> tuple[list[Recording], dict[str, int]]:
    """What is recorded of these answers of one route, and what is counted."""
    counts: Counter[str] = Counter()
    tap = Tap(RecordingSettings(str(folder), **settings), routes, counts, FIRST)
    request = Request("GET", target, (("host", "h"), ("user-agent", "me"), ("x-forwarded-for", "10.0.0.1")))
    for answer in answers:
        tap.add(exchange(route, request, answer))
    tap.close()
    return list(read_recordings([folder])) if any(folder.glob("*")) else [], dict(counts)


def exchange(route: str, request: Request, answer: Observation) -> Exchange:
    """What a user asked and legacy answered."""
    found = judged_exchange(FIRST, route, Judgement(Comparison(Outcome.MATCH), ""))
    return replace(found, request=request, legacy=answer, asked=Asked(None, "GET", role="user"))


def answer(number: int = 0, *, error: str | None = None) -> Observation:
    """One answer of the legacy side."""
    return Observation(200, JSON, b'{"number":%d}' % number, error=error)


def test_one_in_so_many_is_recorded(tmp_path: Path, routes: RouteMap) -> None:
    """The first one among them."""
    found, counts = tapped(tmp_path, routes, [answer(n) for n in range(7)], every=3)
    assert [item.response.body for item in found] == [b'{"number":0}', b'{"number":3}', b'{"number":6}']
    assert counts == {"written": 3}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"per_route": 2}, {"written": 2, "enough": 3}),
        ({"file_bytes": 1}, {"written": 1, "enough": 4}),
        ({"answer_bytes": 5}, {"too_large": 5}),
    ],
)
def test_nothing_grows_without_end(
    tmp_path: Path, routes: RouteMap, settings: dict[str, Any], expected: dict[str, int]
) -> None:
    """Routes, answers and files have caps, and what they leave out is counted."""
    assert tapped(tmp_path, routes, [answer()] * 5, every=1, **settings)[1] == expected


def test_half_answers_are_not_recorded(tmp_path: Path, routes: RouteMap) -> None:
    """They say nothing about the legacy side."""
    assert tapped(tmp_path, routes, [answer(error="timeout")], every=1) == ([], {})


def test_nothing_of_the_client_is_recorded(tmp_path: Path, routes: RouteMap) -> None:
    """Neither key nor address nor program."""
    [found], _ = tapped(tmp_path, routes, [answer()], target=b"/api/v1/json/data/1?api_key=" + KEY.encode())
    assert (found.caller, found.endpoint) == ("user", "data/{dataset_id:number}")
    assert found.request.headers == (("host", "h"),)
    assert found.request.target.startswith(b"/api/v1/json/data/1?api_key=KEY_OF_user~")


def test_a_folder_that_cannot_be_written_ends_the_recording(tmp_path: Path, routes: RouteMap) -> None:
    """It is counted and told once; nobody else notices."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    counts: Counter[str] = Counter()
    tap = Tap(RecordingSettings(str(blocked / "folder"), every=1), routes, counts, FIRST)
    for _ in range(3):
        tap.add(exchange("dataset.get", Request("GET", b"/api/v1/json/data/1"), answer()))
    assert counts == {"failed": 1}


@pytest.mark.anyio
async def test_live_traffic_is_recorded(
    serve: Serve, between: Between, verdicts: Verdicts, tmp_path: Path
) -> None:
    """What clients asked and legacy answered; what it plays again is what they got; the counts are told."""
    recordings = list(read_recordings([READ / "tasktype.jsonl.gz"]))
    asked = [item for item in recordings if item.caller == "none" and item.request.method == "GET"][:8]
    folder = tmp_path / "recorded"
    async with (
        serve(RecordedServer(recordings)) as side,
        between(side, side, recording=RecordingSettings(str(folder), every=1)) as (url, parts),
        Upstream(url) as client,
    ):
        for item in asked:
            await observe(client, "GET", item.request.target, (("Host", "h"),))
        await verdicts(parts)
        snapshot = await parts.snapshot()
    played = RecordedServer(read_recordings([folder]))
    assert snapshot["recorded"] == {"written": len(played)}
    found = {item.request.target: item.response for item in read_recordings([folder])}
    expected = {item.request.target: item.response for item in asked if item.request.target in found}
    assert {target: (one.status, one.body) for target, one in found.items()} == {
        target: (one.status, one.body) for target, one in expected.items()
    }
    assert len(found) >= 6
