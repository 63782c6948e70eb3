"""What clients of the new paths get while legacy serves: over the whole corpus exactly the shapes of the schema."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from backend.app import OPERATIONS
from backend.openapi import openapi_document
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.model import Asked
from proxy.message.translation import Translation
from proxy.recordings.recording import Recording, read_recordings
from proxy.serve.adapt import Adapted, adapt
from proxy.serve.unadaptable import unadaptable
from proxy.translate.to_new import Request, legacy_to_new

CONFIG = config_directory()
ROUTES, PROBLEMS, REGISTRY = load_routes(CONFIG), load_problems(CONFIG), load_registry(CONFIG)
SCHEMA: dict[str, Any] = openapi_document(OPERATIONS, ROUTES, PROBLEMS, "http://backend.test/")
URIS = {problem.uri for problem in PROBLEMS.values()}
# Of all reads of the corpus in JSON; the others have no new form, and the new side is asked for them.
FEWEST_ADAPTED, MOST_UNADAPTABLE = 3300, 0.06


def reads() -> Iterator[tuple[Recording, Asked]]:
    """The recorded reads that PHP answered in JSON, which is how a client of the new paths asks it."""
    for recording in read_recordings([Path(__file__).parent.parent / "recordings" / "read"]):
        sent = recording.request
        found = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), ROUTES)
        if (
            isinstance(found, Translation)
            and (found.format, found.method) == ("json", sent.method)
            and sent.method in ("GET", "POST")
            and not found.writes
            and found.route is not None
            and found.route.entity != "files"
        ):
            yield recording, Asked(found.route, sent.method, found.parameters)


@pytest.fixture(scope="module")
def adapted() -> list[tuple[Recording, Asked, Adapted]]:
    """What can be adapted, adapted."""
    found, all_of_them = [], 0
    for recording, asked in reads():
        all_of_them += 1
        if unadaptable(asked, recording.response, REGISTRY) is None:
            found.append((recording, asked, adapt(asked, recording.response, REGISTRY, PROBLEMS)))
    assert len(found) >= FEWEST_ADAPTED
    assert all_of_them - len(found) <= MOST_UNADAPTABLE * all_of_them
    return found


def test_documents_have_the_shape_of_the_schema(adapted: list[tuple[Recording, Asked, Adapted]]) -> None:
    """As the new side's own answers have."""
    validators: dict[str, Any] = {}
    wrong = []
    for recording, asked, answer in adapted:
        if answer.status != 200 or asked.route is None:
            continue
        path = re.sub(r":[a-z|]+}", "}", asked.route.new.path)
        if path not in validators:
            responses = SCHEMA["paths"][path][asked.route.new.method.lower()]["responses"]
            schema = responses["200"]["content"]["application/json"]["schema"]
            validators[path] = jsonschema_rs.Draft202012Validator(
                {**schema, "components": SCHEMA["components"]}
            )
        document = orjson.loads(answer.body)
        wrong += [(recording.id, error.message[:200]) for error in validators[path].iter_errors(document)][:1]
    assert wrong == []


def test_errors_are_problems_of_the_new_api(adapted: list[tuple[Recording, Asked, Adapted]]) -> None:
    """Each of a type that the table has, with its status and the legacy code."""
    for recording, _, answer in adapted:
        if answer.status == 200:
            continue
        document = orjson.loads(answer.body)
        assert document["type"] in URIS, recording.id
        assert document["status"] == answer.status >= 400, recording.id
        # Where PHP has no error there is none, unless an entry keeps one.
        assert document.get("code") or document["status"] == 422 or b'"error"' not in recording.response.body
        assert dict(answer.headers)["content-type"] == "application/problem+json"
