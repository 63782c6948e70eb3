"""Legacy answers in the shape of the new API."""

from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from config.problems import ProblemType, load_problems
from config.routes import RouteMap, load_routes
from diffing.deviations import load_registry
from diffing.model import Asked, Observation
from diffing.registry import Registry
from proxy.recordings.recording import Recording, read_recordings
from proxy.serve.adapt import Adapted, adapt

READ = Path(__file__).parent.parent.parent / "recordings" / "read"


@pytest.fixture(scope="module")
def routes(config: Path) -> RouteMap:
    """The packaged route map."""
    return load_routes(config)


@pytest.fixture(scope="module")
def registry(config: Path) -> Registry:
    """The packaged registry."""
    return load_registry(config)


@pytest.fixture(scope="module")
def problems(config: Path) -> Mapping[str, ProblemType]:
    """The packaged problem types."""
    return load_problems(config)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recording]:
    """Recordings of data sets by id."""
    return {item.id: item for item in read_recordings([READ / "data.jsonl.gz"])}


def adapted(
    legacy: Observation, routes: RouteMap, registry: Registry, problems: Mapping[str, ProblemType]
) -> Adapted:
    """The answer that a client of `GET /datasets/ID` gets."""
    return adapt(Asked(routes["dataset.get"], "GET", {"dataset_id": "1"}), legacy, registry, problems)


def test_a_document_is_normalised(
    recorded: dict[str, Recording],
    routes: RouteMap,
    registry: Registry,
    problems: Mapping[str, ProblemType],
) -> None:
    """The envelope goes, numbers are numbers, CORS stays."""
    found = adapted(recorded["data.data-1"].response, routes, registry, problems)
    document = orjson.loads(found.body)
    assert (found.status, document["id"], document["format"]) == (200, 1, "arff")
    assert dict(found.headers)["content-type"] == "application/json"
    assert dict(found.headers)["Access-Control-Allow-Origin"] == "*"


def test_an_error_becomes_a_problem(
    recorded: dict[str, Recording],
    routes: RouteMap,
    registry: Registry,
    problems: Mapping[str, ProblemType],
) -> None:
    """With the status that the registry says, and the legacy code."""
    [error] = [item for item in recorded.values() if item.request.target == b"/api/v1/json/data/999999999"][
        :1
    ] or [
        next(
            item
            for item in recorded.values()
            if item.endpoint == "data/{id}" and b'"code":"111"' in item.response.body
        )
    ]
    found = adapted(error.response, routes, registry, problems)
    document = orjson.loads(found.body)
    assert (found.status, document["code"], document["type"]) == (
        404,
        "111",
        "https://openml.org/problems/dataset-not-found",
    )
    assert dict(found.headers)["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("legacy", "status"),
    [
        (Observation(None, (), b"", error="timeout"), 504),
        (Observation(None, (), b"", error="connection: refused"), 502),
        (Observation(500, (("content-type", "text/html"),), b""), 502),
        (Observation(200, (("content-type", "application/json"),), b'{"a":'), 502),
    ],
)
def test_what_is_no_answer_is_a_bad_gateway(
    routes: RouteMap,
    registry: Registry,
    problems: Mapping[str, ProblemType],
    legacy: Observation,
    status: int,
) -> None:
    """A broken legacy answer is not passed off as one."""
    assert adapted(legacy, routes, registry, problems).status == status


def test_what_the_new_api_refuses_is_a_problem(
    routes: RouteMap, registry: Registry, problems: Mapping[str, ProblemType]
) -> None:
    """PHP answers an unknown badge with empty fields."""
    headers = (("content-type", "application/json"),)
    legacy = Observation(200, headers, b'{"badge":{"name":[],"rank":"0"}}')
    found = adapt(Asked(routes["badge.get"], "GET", {"badge_id": "7"}), legacy, registry, problems)
    document = orjson.loads(found.body)
    assert (found.status, document["status"], document["code"]) == (404, 404, "950")


def test_a_file_goes_on_as_it_is_coded(
    routes: RouteMap, registry: Registry, problems: Mapping[str, ProblemType]
) -> None:
    """In a coding that the client asked for and nobody here knows; a document in one cannot be adapted."""
    legacy = Observation(200, (("content-type", "text/plain"), ("content-encoding", "compress")), b"?")
    found = adapt(Asked(routes["file.download"], "GET", {"file_id": "1"}), legacy, registry, problems)
    assert (found.status, found.headers, found.body) == (200, legacy.headers, b"?")
    found = adapt(Asked(routes["dataset.get"], "GET", {"dataset_id": "1"}), legacy, registry, problems)
    assert found.status == 502


@pytest.mark.parametrize(
    ("name", "unfit"), [(b'"n"', None), (b'{"b":"x","value":"n"}', "$[*].username is dict, not string")]
)
def test_what_is_not_as_the_schema_has_it_is_said(
    routes: RouteMap, registry: Registry, problems: Mapping[str, ProblemType], name: bytes, unfit: str | None
) -> None:
    """Markup in a text is an object of PHP; the new side is asked then."""
    legacy = Observation(
        200,
        (("Content-Type", "application/json"),),
        b'{"users":{"user":{"id":"1","username":%s}}}' % name,
    )
    assert adapt(Asked(routes["user.list"], "GET"), legacy, registry, problems).unfit == unfit
