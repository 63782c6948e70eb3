"""Answers of the backend to everything that was recorded, held against the pinned OpenAPI document."""

from dataclasses import dataclass
from pathlib import Path

from backend.app import create_app
from config.routes import Route, load_routes
from config.settings import BackendSettings
from proxy.checking.inprocess import running
from proxy.observe import observe
from proxy.recordings import read_recordings
from proxy.translate import legacy_to_new
from proxy.translation import Request, Translation

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"


@dataclass(frozen=True, slots=True)
class Answered:
    """A JSON answer of the backend.

    Args:
        operation: The ``operationId`` that was asked.
        status: Its status.
        kind: Its media type.
        body: The body, as it came.
        asked: The request's method and target, for messages.
    """

    operation: str
    status: int
    kind: str
    body: bytes
    asked: str


async def answers(settings: BackendSettings) -> list[Answered]:
    """What the backend answers to each recorded read, and to each recorded write that PHP refused.

    Args:
        settings: Of the backend; nothing is written to its database.
    """
    routes = load_routes(CONFIG)
    found: list[Answered] = []
    asked: set[tuple[str, bytes, bytes]] = set()
    async with running(create_app(settings, config=str(CONFIG))) as side:
        for recording in read_recordings((READ,)):
            request = recording.request
            twin = legacy_to_new(
                Request(request.method, request.target, request.headers, request.body), routes
            )
            refused = (recording.response.status or 0) >= 400
            if not isinstance(twin, Translation) or twin.route is None or (twin.writes and not refused):
                continue
            if (key := (twin.method, twin.target, twin.body)) in asked:
                continue
            asked.add(key)
            new = await observe(
                side, twin.method, twin.target, twin.headers, twin.body, deadline=60, body_cap=2**26
            )
            kind = (new.header("content-type") or "").partition(";")[0]
            if new.status is not None and kind.endswith("json") and new.body:
                where = f"{twin.method} {twin.target.decode('ascii', 'replace')}"
                found.append(Answered(_operation(twin.route, twin.method), new.status, kind, new.body, where))
    return found


def _operation(route: Route, method: str) -> str:
    """The name of an operation in the document; empty where nothing answers that method."""
    if method in (route.new.method, "HEAD"):
        return route.name
    return f"{route.name}.by_post" if method in route.new.also else ""
