"""Answers of the backend, held against the pinned OpenAPI document: strictly, and by how numbers are written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import jsonschema_rs
import orjson

from backend.app import create_app
from config.json_schema import Schema
from config.routes import Route, load_routes
from config.settings import BackendSettings
from diffing.model import Observation
from proxy.checking.inprocess import running
from proxy.checking.replay import ReplayedExchange
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import observe
from proxy.recordings.recording import read_recordings
from proxy.translate.to_new import legacy_to_new

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
READ = ROOT / "tests" / "recordings" / "read"
NOTHING_ANSWERS = ""
"""The operation of a request with another method than the route's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer of the backend.

    Args:
        operation: The ``operationId`` that was asked.
        media_type: Of its body.
        body: As it came.
        asked: Method and target, for messages.
    """

    operation: str
    status: int
    media_type: str
    body: bytes
    asked: str


def answer_of(translation: Translation, new: Observation) -> Answer | None:
    """What the new side answered, if it is JSON."""
    media_type = (new.header("content-type") or "").partition(";")[0]
    if translation.route is None or new.status is None or not new.body or not media_type.endswith("json"):
        return None
    asked = f"{translation.method} {translation.target.decode('utf-8', 'replace')}"
    return Answer(_operation(translation.route, translation.method), new.status, media_type, new.body, asked)


def _operation(route: Route, method: str) -> str:
    if method in (route.new.method, "HEAD"):
        return route.name
    return f"{route.name}.by_post" if method in route.new.also else NOTHING_ANSWERS


def recorded_with(database: str) -> BackendSettings:
    """Settings of a backend that answers what was recorded. ``database``: URL of the loaded sample."""
    return BackendSettings(
        database=database,
        public_url="https://openml.test/",
        object_store_url="https://minio.openml.test/",
        files=CONFIG / "sample" / "files",
    )


Asked = tuple[str, bytes, bytes]
NOTHING_KNOWN: Final[Mapping[Asked, Observation]] = MappingProxyType({})


def answered(exchanges: Iterable[ReplayedExchange]) -> dict[Asked, Observation]:
    """What the backend has answered in a check, by what it was asked; the first answer counts."""
    found: dict[Asked, Observation] = {}
    for one in exchanges:
        if isinstance(one.translation, Translation) and one.new is not None:
            found.setdefault(_key(one.translation), one.new)
    return found


def _key(twin: Translation) -> Asked:
    return twin.method, twin.target, twin.body


async def answers(
    settings: BackendSettings, every: int = 1, known: Mapping[Asked, Observation] = NOTHING_KNOWN
) -> list[Answer]:
    """What the backend answers to each recorded read, and to each write that PHP refused.

    Args:
        settings: Of the backend; nothing is written to its database.
        every: Takes each so-manieth recording only.
        known: What it has answered before, and is not asked again.
    """
    routes = load_routes(CONFIG)
    found: list[Answer] = []
    asked: set[Asked] = set()
    async with running(create_app(settings, config=str(CONFIG))) as side:
        for recording in islice(read_recordings((READ,)), 0, None, every):
            request = recording.request
            twin = legacy_to_new(
                Request(request.method, request.target, request.headers, request.body), routes
            )
            refused = (recording.response.status or 0) >= 400
            if not isinstance(twin, Translation) or twin.route is None or (twin.writes and not refused):
                continue
            if (key := _key(twin)) in asked:
                continue
            asked.add(key)
            new = known.get(key) or await observe(side, twin.method, twin.target, twin.headers, twin.body)
            answer = answer_of(twin, new)
            if answer is not None:
                found.append(answer)
    return found


class Pinned:
    """The pinned document, as a judge of answers. ``document``: the document; the one in the configuration when
    nothing is given.
    """

    def __init__(self, document: dict[str, Any] | None = None) -> None:
        self._document = document or json.loads((CONFIG / "openapi.json").read_bytes())
        self._root = Schema({}, self._document["components"]["schemas"])
        self._operations = {
            operation["operationId"]: operation
            for methods in self._document["paths"].values()
            for operation in methods.values()
        }
        self._validator = cache(self._compiled)

    def faults(self, answer: Answer) -> list[str]:
        """What the document does not say about an answer, one sentence each."""
        if answer.operation == NOTHING_ANSWERS:
            return [] if answer.status == 405 else [f"{answer.asked}: {answer.status}, not 405"]
        validator = self._validator(answer.operation, str(answer.status), answer.media_type)
        if validator is None:
            return [f"{answer.asked}: no {answer.status} with {answer.media_type} is declared"]
        value = orjson.loads(answer.body)
        found = [f"{answer.asked}: {error.message}" for error in validator.iter_errors(value)]
        content = self._content(answer.operation, str(answer.status), answer.media_type)
        if not found and answer.status < 300 and content is not None:
            shape = self._root.below(content["schema"])
            found = [f"{answer.asked}: {fault}" for fault in written_otherwise(shape, value)]
        return found

    def _compiled(self, operation: str, status: str, media_type: str) -> "jsonschema_rs.Validator | None":
        content = self._content(operation, status, media_type)
        if content is None:
            return None
        schema = {**content["schema"], "components": self._document["components"]}
        return jsonschema_rs.validator_for(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        )

    def _content(self, operation: str, status: str, media_type: str) -> dict[str, Any] | None:
        response = self._operations[operation]["responses"].get(status, {})
        if "$ref" in response:
            name = response["$ref"].removeprefix("#/components/responses/")
            response = self._document["components"]["responses"][name]
        found: dict[str, Any] | None = response.get("content", {}).get(media_type)
        return found


def written_otherwise(schema: Schema, value: object, at: str = "$") -> Iterator[str]:
    """Numbers that are written as another type: JSON Schema takes 63 for a number and 63.0 for an integer.

    Args:
        schema: Of the value, which fits it.
        value: Decoded, with integers and floats apart.
        at: Where it stands.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        kind = "integer" if isinstance(value, int) else "number"
        constants = any("const" in arm.raw for arm in schema.alternatives)
        if kind not in schema.types and not constants:
            yield f"{at}: {value!r} is no {' or '.join(sorted(schema.types))}"
    elif isinstance(value, list):
        element = next((arm.element for arm in schema.alternatives if arm.element is not None), None)
        for index, item in enumerate(value):
            if element is not None:
                yield from written_otherwise(element, item, f"{at}[{index}]")
    elif isinstance(value, dict):
        members = next((arm.members for arm in schema.alternatives if arm.members), {})
        for name, member in value.items():
            yield from written_otherwise(members[name], member, f"{at}.{name}")
