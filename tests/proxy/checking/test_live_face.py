"""Two live servers in PHP's dialect: the verdicts of recordings, and what only live servers need."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from proxy.checking.check import CheckResult, FailureLimits, InProcess, check
from proxy.checking.live import LiveOptions, check_live
from proxy.checking.live_face import in_its_dialect
from proxy.recordings.recording import Recording, read_recordings
from proxy.recordings.request_lines import read_requests
from proxy.recordings.server import RecordedServer
from tests.proxy.recording_files import write_recordings

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
FILES = ("tasktype", "evaluationmeasure", "estimationprocedure", "study", "flow")
Serve = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """Reads and refused writes; no HTTP server takes a path that is not ASCII."""
    found = read_recordings(READ / f"{name}.jsonl.gz" for name in FILES)
    return [item for item in found if item.request.target.isascii()]


@pytest.fixture
def side(sqlite_url: str) -> InProcess:
    """The backend on the sample."""
    return InProcess(
        sqlite_url, "https://openml.test/", "https://minio.openml.test/", CONFIG / "sample" / "files"
    )


async def asked(
    requests: list[Recording], legacy: str, side: InProcess, *, writes: bool = False
) -> CheckResult:
    """Both sides, in PHP's dialect."""
    how = LiveOptions(writes=writes)
    make = in_its_dialect(CONFIG)
    return await check_live(requests, legacy, side, CONFIG, limits=FailureLimits(), asking=how, make=make)


async def test_live_servers_get_the_verdicts_of_recordings(
    serve: Serve, recordings: list[Recording], side: InProcess, tmp_path: Path
) -> None:
    """All of them: equal, explained, crashes of PHP that the face does not have."""
    file = tmp_path / "recordings.jsonl"
    write_recordings(file, recordings)
    expected = await check((file,), side, CONFIG, limits=FailureLimits(), dialect="legacy")
    async with serve(RecordedServer(recordings)) as legacy:
        found = await asked(recordings, legacy, side, writes=True)
    assert found.breaches == expected.breaches
    assert dict(found.tally.totals.verdicts) == dict(expected.tally.totals.verdicts)
    assert found.tally.totals.of("match") > 500
    assert found.tally.totals.of("legacy_error")


async def test_what_writes_is_not_sent(
    serve: Serve, recordings: list[Recording], side: InProcess, tmp_path: Path
) -> None:
    """Unless somebody asks for it in so many words; neither are pages of the website."""
    sent = Counter[str]()
    server = RecordedServer(recordings)

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        sent[scope["method"]] += 1
        await server(scope, receive, send)

    gets = ("GET /api/v1/json/tasktype/list", "GET /some/page")
    requests = lines(tmp_path, "DELETE /api/v1/json/flow/1", *gets, "PUT /api/v1/json/nothing/1")
    async with serve(counting) as legacy:
        found = await asked(requests, legacy, side)
    assert found.tally.totals.skipped == {"no_route": 1, "write": 2}
    assert set(sent) == {"GET"}


def lines(folder: Path, *requests: str) -> list[Recording]:
    """Plain requests."""
    file = folder / "requests.txt"
    file.write_text("\n".join(requests))
    return read_requests(file, "http://php")


async def test_a_difference_is_asked_again(serve: Serve, side: InProcess, tmp_path: Path) -> None:
    """What changes on the legacy side meanwhile is a race; what stays is a mismatch, in a cluster of its own."""
    requests = lines(tmp_path, "GET /api/v1/json/tasktype/1")
    answers = iter([b'{"task_type":{"id":"8"}}', b'{"task_type":{"id":"9"}}', *[b'{"task_type":{}}'] * 9])

    async def moving(scope: Scope, receive: Receive, send: Send) -> None:
        body = next(answers) if scope["path"] != "/" else b""
        await Response(body, media_type="application/json")(scope, receive, send)

    async with serve(moving) as legacy:
        first = await asked(requests, legacy, side)
        second = await asked(requests, legacy, side)
    assert dict(first.tally.totals.verdicts) == {"skipped:race": 1}
    assert dict(second.tally.totals.verdicts) == {"mismatch": 1}
    assert next(iter(second.tally.clusters)).startswith("tasktype.get (face) 200→200")
