"""The pinned description of the new API (config/openapi.json): what an operation takes and answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from config.errors import ConfigError

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation takes and answers.

    Args:
        answer: Schema of the JSON that it answers when all went well; None where it answers no JSON.
        path: Schemas of the parameters in the path.
        query: Of those in the query.
        body: Of those in the body.
    """

    answer: Schema | None
    path: Mapping[str, Schema]
    query: Mapping[str, Schema]
    body: Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class OpenApi:
    """The operations by route name, and the schemas that theirs refer to."""

    operations: Mapping[str, Operation]
    definitions: Mapping[str, Schema]


def load_openapi(config: Path) -> OpenApi:
    """Read the pinned description.

    Raises:
        ConfigError: The file cannot be read or is no OpenAPI document.
    """
    file = config / "openapi.json"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        operations = {
            operation["operationId"]: _operation(operation)
            for methods in document["paths"].values()
            for operation in methods.values()
        }
        definitions = document["components"]["schemas"]
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"is no OpenAPI document: {error!r}", file=file) from error
    return OpenApi(MappingProxyType(operations), MappingProxyType(definitions))


def _operation(operation: Mapping[str, Any]) -> Operation:
    answers = (
        content["schema"]
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for kind, content in response.get("content", {}).items()
        if kind == "application/json"
    )
    places: dict[str, dict[str, Schema]] = {"path": {}, "query": {}}
    for parameter in operation["parameters"]:
        places[parameter["in"]][parameter["name"]] = parameter["schema"]
    bodies = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Schema] = {}
    for content in bodies.values():
        body |= content["schema"].get("properties", {})
    return Operation(next(answers, None), places["path"], places["query"], body)
