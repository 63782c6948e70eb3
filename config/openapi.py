"""The pinned OpenAPI document (config/openapi.json): what each operation takes, and the schema of its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import orjson

from config.errors import ConfigError
from config.json_schema import SCHEMAS, Schema
from config.unchanged import once_for

FILE = "openapi.json"
JSON = "application/json"
FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a request may say. ``place``: where it stands. ``required``: a request without it is refused."""

    name: str
    place: Literal["path", "query", "body"]
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Described:
    """What the document says about one operation under one method.

    Args:
        name: Its ``operationId``: the name of the route, with ``.by_post`` where a POST reads as GET does.
        status: Of its success.
        answer: Schema of its document on success; None where that is no JSON.
        parameters: In the order of the document, those of the body last.
    """

    name: str
    status: int
    answer: Schema | None
    parameters: tuple[Parameter, ...]


@once_for(FILE)
def load_openapi(config: Path) -> Mapping[str, Described]:
    """Read the pinned document. Returns each operation by its ``operationId``. Raises ConfigError: the file cannot be
    read, or is no such document; it names the place in it.
    """
    file = config / FILE
    if not file.exists():  # as in a configuration of version 0.1.0
        file = Path(__file__).parent / FILE
    try:
        document = orjson.loads(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from error
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"is not JSON: {error}", file=file) from error
    found: dict[str, Described] = {}
    place = "components"
    try:
        root = Schema({}, document["components"]["schemas"])
        place = "paths"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                place = f"paths {path} {method}"
                _check_references(operation, root)
                found[operation["operationId"]] = _described(operation, root)
        place = "components"
        _check_references(document["components"]["schemas"], root)
    except (KeyError, TypeError, AttributeError, ValueError, StopIteration, RecursionError) as error:
        problem = f"is not as `openml-backend openapi` writes it: {type(error).__name__} {error}"
        raise ConfigError(problem, file=file, table=place) from error
    return MappingProxyType(found)


def _check_references(value: object, root: Schema) -> None:
    """Follow each reference to a schema once, so that nobody meets one later that leads nowhere."""
    if isinstance(value, dict):
        if str(value.get("$ref")).startswith(SCHEMAS):
            root.below(value)
        for member in value.values():
            _check_references(member, root)
    elif isinstance(value, list):
        for element in value:
            _check_references(element, root)


def _described(operation: Mapping[str, Any], root: Schema) -> Described:
    status, success = next((s, r) for s, r in operation["responses"].items() if s.startswith("2"))
    content = success.get("content", {})
    parameters = (
        Parameter(given["name"], given["in"], given["required"], root.below(given["schema"]))
        for given in operation["parameters"]
    )
    return Described(
        name=operation["operationId"],
        status=int(status),
        answer=root.below(content[JSON]["schema"]) if JSON in content else None,
        parameters=(*parameters, *_body(operation.get("requestBody", {"content": {}}), root)),
    )


def _body(body: Mapping[str, Any], root: Schema) -> Iterator[Parameter]:
    """The fields of a body: of its form where it has one, which names the files of an upload too."""
    content = next((body["content"][kind] for kind in (FORM, JSON) if kind in body["content"]), None)
    if content is not None:
        schema = root.below(content["schema"])
        for name, member in schema.members.items():
            yield Parameter(name, "body", name in schema.required, member)
