"""The examples of /docs, as the backend answers on the sample; ``python -m tests.backend.doc_examples`` writes them."""

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import orjson

from backend.app import create_app
from backend.clock import frozen_clock
from backend.database.load import load
from backend.documentation import EXAMPLES, PAGES
from config.routes import RouteMap, load_routes
from config.settings import BackendSettings
from config.templates import parse_template
from proxy.checking.inprocess import Application
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import observe
from proxy.process.demo import OBJECT_STORE_URL, PUBLIC_URL, RECORDINGS, SAMPLE
from proxy.recordings.recording import read_recordings
from proxy.translate.to_new import legacy_to_new

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ROWS: Final = 2
_TEXT: Final = 160
_LEAST: Final = 20


async def examples(database: str, config: Path) -> dict[str, Any]:
    """Of each operation that needs no key the shortest answer that says something.

    Args:
        database: URL of the loaded sample.

    Returns:
        By operation: ``target``, ``parameters``, ``answer`` as text, ``shortened``.
    """
    routes = load_routes(config)
    settings = BackendSettings(
        database, public_url=PUBLIC_URL, object_store_url=OBJECT_STORE_URL, files=SAMPLE / "files"
    )
    app = create_app(settings, clock=frozen_clock(_NOW))
    shortest: dict[str, tuple[int, bytes, bytes]] = {}
    async with app.router.lifespan_context(app):
        for name, target in _targets(routes):
            found = await observe(Application(app), "GET", target, (), b"")
            size = len(found.body)
            json = (found.header("content-type") or "").startswith("application/json")
            if (
                found.status == 200
                and json
                and size >= _LEAST
                and (size, target) < shortest.get(name, (2**31, b""))
            ):
                shortest[name] = size, target, found.body
    return {
        name: _example(routes, name, target, orjson.loads(body))
        for name, (_, target, body) in sorted(shortest.items())
    }


def _targets(routes: RouteMap) -> Iterator[tuple[str, bytes]]:
    """What anonymous clients were recorded to ask, in the new form."""
    for recording in read_recordings([RECORDINGS]):
        sent = recording.request
        if sent.method != "GET" or recording.caller != "none" or recording.volatile:
            continue
        found = legacy_to_new(Request(sent.method, sent.target, (), b""), routes)
        if not isinstance(found, Translation) or found.route is None or not found.route.implemented:
            continue
        if found.method == "GET" and b"api_key" not in found.target:
            yield found.route.name, found.target


def _example(routes: RouteMap, name: str, target: bytes, answer: object) -> dict[str, Any]:
    path, _, query = target.decode().partition("?")
    segments = zip(parse_template(routes[name].new.path), path.strip("/").split("/"), strict=False)
    parameters = {segment.text: unquote(text) for segment, text in segments if segment.kind != "literal"}
    shown = _shortened(answer)
    return {
        "target": target.decode(),
        "parameters": {**parameters, **dict(parse_qsl(query))},
        "answer": orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode(),
        "shortened": shown != answer,
    }


def _shortened(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shortened(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_shortened(element) for element in value[:_ROWS]]
    return f"{value[:_TEXT]}…" if isinstance(value, str) and len(value) > _TEXT else value


def pinned(found: dict[str, Any]) -> bytes:
    """The examples as the file has them."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


async def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/sample.db"
        await load(SAMPLE, database)
        (PAGES / EXAMPLES).write_bytes(pinned(await examples(database, Path("config"))))


if __name__ == "__main__":
    asyncio.run(_write())
