"""Two live servers against each other: the same verdicts as with recordings, and what only live servers need."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from proxy.checking.check import CheckError, FailureLimits, InProcess, check
from proxy.checking.live import LiveOptions, check_live
from proxy.compare.tally import Tally
from proxy.recordings.recording import Recording, read_recordings
from proxy.recordings.request_lines import read_requests
from proxy.recordings.server import RecordedServer
from tests.proxy.recording_files import write_recordings

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
FILES = ("tasktype", "evaluationmeasure", "estimationprocedure", "user", "study", "gate", "flow")
Serve = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """Reads, refused writes, wrong keys, odd paths; no HTTP server takes a path that is not ASCII."""
    found = read_recordings(READ / f"{name}.jsonl.gz" for name in FILES)
    return [item for item in found if item.request.target.isascii()]


@pytest.fixture
def side(sqlite_url: str) -> InProcess:
    """The backend on the sample."""
    return InProcess(
        sqlite_url, "https://openml.test/", "https://minio.openml.test/", CONFIG / "sample" / "files"
    )


def lines(folder: Path, *requests: str) -> list[Recording]:
    """Plain requests."""
    file = folder / "requests.txt"
    file.write_text("\n".join(requests))
    return read_requests(file, "http://php")


def of(tally: Tally) -> dict[str, int]:
    """The verdicts of all."""
    return dict(tally.totals.verdicts)


async def test_live_servers_get_the_verdicts_of_recordings(
    serve: Serve, recordings: list[Recording], side: InProcess, tmp_path: Path
) -> None:
    """Totals, routes, deviations, differences: all equal, follow-ups and keys included."""
    # The server that plays recordings takes registered methods only, and says 400 to others.
    recordings = [item for item in recordings if item.request.method != "FOO"]
    file = tmp_path / "recordings.jsonl"
    write_recordings(file, recordings)
    expected = await check((file,), side, CONFIG, limits=FailureLimits())
    async with serve(RecordedServer(recordings)) as legacy:
        found = await check_live(
            recordings, legacy, side, CONFIG, limits=FailureLimits(), asking=LiveOptions(writes=True)
        )
    assert found.tally.document() == expected.tally.document()
    assert found.breaches == expected.breaches


async def test_writes_are_not_sent(serve: Serve, recordings: list[Recording], side: InProcess) -> None:
    """Unless somebody asks for it in so many words; what the file says of their answers does not matter."""
    asked = Counter[str]()
    server = RecordedServer(recordings)

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        asked[scope["method"]] += 1
        await server(scope, receive, send)

    async with serve(counting) as legacy:
        found = await check_live(
            recordings, legacy, side, CONFIG, limits=FailureLimits(), asking=LiveOptions(), route="flow.*"
        )
    assert found.tally.totals.skipped["write"] == 15
    assert asked["DELETE"] == 0


async def test_the_recorded_answers_do_not_matter(
    serve: Serve, recordings: list[Recording], side: InProcess
) -> None:
    """Only what the live server says counts."""
    wanted = [item for item in recordings if item.endpoint == "tasktype/list"]
    async with serve(Response("nonsense", media_type="application/json")) as legacy:
        found = await check_live(wanted, legacy, side, CONFIG, limits=FailureLimits(), asking=LiveOptions())
    assert "explained" not in of(found.tally)


PLAIN = (
    "GET /api/v1/json/tasktype/1",
    "GET /api/v1/json/tasktype/list",
    "GET /api/v1/json/data/1?api_key=ffffffffffffffffffffffffffffffff",
    "DELETE /api/v1/json/data/1",
    "GET /nothing/of/ours",
)


async def test_plain_requests_are_compared(serve: Serve, side: InProcess, tmp_path: Path) -> None:
    """Who a key belongs to shows in the legacy answer; here it is unknown to both sides."""
    unknown = b'{"error":{"code":"103","message":"Authentication failed"}}'
    document = b'{"task_type":{"id":"1"}}'

    async def legacy_app(scope: Scope, receive: Receive, send: Send) -> None:
        keyed = b"api_key" in scope["query_string"]
        answer = Response(
            unknown if keyed else document, 412 if keyed else 200, media_type="application/json"
        )
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Access-Control-Allow-Headers"] = "Origin, X-Requested-With, Content-Type, Accept"
        await answer(scope, receive, send)

    requests = lines(tmp_path, *PLAIN)
    async with serve(legacy_app) as legacy:
        found = await check_live(requests, legacy, side, CONFIG, limits=FailureLimits(), asking=LiveOptions())
    assert of(found.tally) == {"mismatch": 2, "explained": 1, "skipped:write": 1, "skipped:no_route": 1}
    assert {cluster.example["recording"] for cluster in found.tally.clusters.values()} == {
        "requests.txt:1",
        "requests.txt:2",
    }


WRONG = Response(b'{"task_type":{"id":"7"}}', media_type="application/json")


class Moving:
    """A legacy side that answers wrongly the first so many times."""

    def __init__(self, server: RecordedServer, wrong: int, answer: Response = WRONG) -> None:
        self._server = server
        self._answer = answer
        self._left = wrong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/":
            await Response(b"")(scope, receive, send)
            return
        self._left -= 1
        if self._left < 0:
            await self._server(scope, receive, send)
        else:
            await self._answer(scope, receive, send)


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [(0, "match"), (1, "skipped:race"), (2, "skipped:race"), (3, "mismatch"), (9, "mismatch")],
)
async def test_a_difference_is_asked_again(
    serve: Serve, recordings: list[Recording], side: InProcess, tmp_path: Path, wrong: int, verdict: str
) -> None:
    """Legacy, new, legacy: what goes away or moves meanwhile is a race, what stays is a difference."""
    requests = lines(tmp_path, "GET /api/v1/json/tasktype/1")
    async with serve(Moving(RecordedServer(recordings), wrong)) as legacy:
        found = await check_live(requests, legacy, side, CONFIG, limits=FailureLimits(), asking=LiveOptions())
    assert of(found.tally) == {verdict: 1}


async def test_a_read_by_post_is_asked_again(
    serve: Serve, recordings: list[Recording], side: InProcess
) -> None:
    """Somebody published the flow between the two answers: no difference."""
    reads = (item for item in recordings if item.request.method == "POST" and "flow/exists" in item.endpoint)
    wanted = [next(item for item in reads if item.response.status == 200)]
    published = Response(b'{"flow_exists":{"exists":"true","id":"7777"}}', media_type="application/json")
    async with serve(Moving(RecordedServer(recordings), 1, published)) as legacy:
        found = await check_live(wanted, legacy, side, CONFIG, limits=FailureLimits(), asking=LiveOptions())
    assert of(found.tally) == {"skipped:race": 1}


async def test_the_rate_is_kept(
    serve: Serve, recordings: list[Recording], side: InProcess, tmp_path: Path
) -> None:
    """Thirty-one requests at 100 a second take at least three tenths of a second."""
    requests = lines(tmp_path, *["GET /api/v1/json/tasktype/1"] * 31)
    async with serve(RecordedServer(recordings)) as legacy:
        started = time.monotonic()
        await check_live(
            requests,
            legacy,
            side,
            CONFIG,
            limits=FailureLimits(),
            asking=LiveOptions(concurrency=31, rate=100),
        )
    assert time.monotonic() - started >= 0.3


async def test_a_legacy_side_that_is_not_there_is_told(side: InProcess) -> None:
    """Not counted as a thousand errors."""
    with pytest.raises(CheckError, match="does not answer"):
        await check_live([], "http://127.0.0.1:1", side, CONFIG, limits=FailureLimits(), asking=LiveOptions())
