"""What an answer of the legacy face costs beside the new API's to the same request: CPU, interleaved, in one run."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import httpx

from backend.app import create_app
from config.location import config_directory
from config.routes import load_routes
from config.settings import BackendSettings
from proxy.message.translation import Request, Translation
from proxy.recordings.recording import read_recordings
from proxy.translate.to_new import legacy_to_new

RECORDINGS = Path("tests/recordings/read")
LISTS = ("data/list/limit/100",)
"""Asked for beside what was recorded: a list of 100 data sets."""
JSON, XML = "/api/v1/json/", "/api/v1/xml/"


def targets() -> dict[str, tuple[str, str]]:
    """Of each operation that reads the largest recorded answer: the path behind the format, and the new target."""
    routes = load_routes(config_directory(None))
    found: dict[str, tuple[int, str, str]] = {}

    def add(name: str, size: int, path: str) -> None:
        translated = legacy_to_new(Request("GET", (JSON + path).encode()), routes)
        if isinstance(translated, Translation) and translated.route is not None:
            key = name or translated.route.name
            if key not in found or found[key][0] < size:
                found[key] = (size, path, translated.target.decode())

    for recording in read_recordings([RECORDINGS]):
        target = recording.request.target.decode("latin-1")
        plain = recording.request.method == "GET" and target.startswith(JSON) and "?" not in target
        if plain and recording.response.status == 200:
            add("", len(recording.response.body), target.removeprefix(JSON))
    for path in LISTS:
        add(path, 0, path)
    return {name: (path, new) for name, (_, path, new) in sorted(found.items())}


async def run(database: str, rounds: int = 15) -> None:
    """Print the ratios of median CPU, JSON and XML. ``database``: with the sample. ``rounds``: how often each is
    asked.
    """
    files = Path("config/sample/files")
    app = create_app(BackendSettings(database=database, files=files))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend") as client:
            print("\nThe legacy face beside the new API, CPU of an answer")
            print(f"  {'operation':<34} {'new, ms':>9} {'JSON':>7} {'XML':>7}")
            for name, (path, new) in targets().items():
                asked = (new, JSON + path, XML + path)
                took: list[list[float]] = [[], [], []]
                for _ in range(rounds):
                    for index, target in enumerate(asked):
                        begun = time.process_time()
                        answer = await client.get(target)
                        took[index].append(time.process_time() - begun)
                        if answer.status_code != 200:
                            break
                if not all(took):
                    continue
                base, json, xml = (statistics.median(seconds) for seconds in took)
                print(f"  {name:<34} {base * 1000:9.2f} {json / base:6.2f}x {xml / base:6.2f}x")
