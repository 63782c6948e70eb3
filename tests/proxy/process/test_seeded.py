"""The faults of the demo: each alters what it is about and nothing else, and a report is held to exactly them."""

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from diffing.model import Observation
from proxy.checking.inprocess import Application
from proxy.compare.tally import Cluster
from proxy.outbound.observe import observe
from proxy.process.seeded import FAULTS, WithFaults, not_as_seeded

pytestmark = pytest.mark.anyio
_FOUND = tuple(
    Cluster(f"{fault.route} {fault.path}", fault.route, 1, {"path": fault.path.replace("[*]", "[2]")})
    for fault in FAULTS
)


async def _answer(request: Request) -> Response:
    """As the backend answers: a data set, features, a flow that is not there, and a text."""
    answers: dict[str, tuple[object, int]] = {
        "/datasets/1": ({"id": 1, "format": "arff"}, 200),
        "/datasets/61": ({"id": 61, "format": "arff"}, 200),
        "/datasets/2": ({"status": 404}, 404),
        "/datasets/features/1": ([{"index": 0}, {"index": 1}], 200),
        "/flows/1": ({"id": 1}, 200),
        "/flows/4": ({"status": 404, "code": "181"}, 404),
    }
    if request.url.path == "/flows/5":
        return Response("no JSON")
    document, status = answers[request.url.path]
    return JSONResponse(document, status)


async def _asked(target: bytes, method: str = "GET") -> Observation:
    app = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST"])])
    return await observe(Application(WithFaults(app)), method, target, (), b"")


@pytest.mark.parametrize(
    ("target", "status", "document"),
    [
        (b"/datasets/1", 200, {"id": 1, "format": "ARFF"}),
        (b"/datasets/61", 200, {"id": 61, "format": "arff"}),
        (b"/datasets/2", 404, {"status": 404}),
        (b"/datasets/features/1", 200, [{"index": 0}]),
        (b"/flows/1", 200, {"id": 1}),
        (b"/flows/4", 410, {"status": 410, "code": "181"}),
    ],
)
async def test_a_fault_alters_only_what_it_is_about(target: bytes, status: int, document: object) -> None:
    """HEAD has the headers of the wrong answer."""
    found, head = await _asked(target), await _asked(target, "HEAD")
    assert (found.status, orjson.loads(found.body)) == (status, document)
    assert found.header("content-length") == str(len(found.body)) == head.header("content-length")
    assert (head.status, head.body) == (status, b"")


async def test_what_is_no_document_is_left_alone() -> None:
    """And so is every method but GET and HEAD."""
    assert (await _asked(b"/flows/5")).body == b"no JSON"
    assert (await _asked(b"/flows/4", "POST")).status == 404


def test_a_report_of_exactly_the_faults_is_as_seeded() -> None:
    """In any order."""
    assert not_as_seeded(reversed(_FOUND)) == []


def test_a_difference_that_nobody_seeded_is_told() -> None:
    """Also one at a place of a fault, beside it."""
    other = Cluster("task.get 200→200 $.name", "task.get", 1, {"path": "$.name"})
    [told] = not_as_seeded([*_FOUND, other])
    assert told.endswith(" was not seeded: task.get 200→200 $.name")
    assert len(not_as_seeded([*_FOUND, _FOUND[0]])) == 1


def test_a_fault_that_was_not_found_is_told() -> None:
    """A comparison that passes over it must not look well."""
    assert not_as_seeded(_FOUND[1:]) == [f"not found, though seeded: {FAULTS[0].told}"]
