"""What engines upload: a document that names a data set and the engine, looked at in PHP's order."""

from dataclasses import dataclass
from typing import Any

import orjson
from anyio import to_thread
from lxml import etree

from backend.handling.descriptions import JSON, XML, JsonText, faulty, given_description
from backend.input import json_documents
from backend.input.xml_documents import Fault, IllegalDocument, Node, node, parse, validate
from backend.operations import Call

FIELD = "description"


@dataclass(frozen=True, slots=True)
class EngineDocument:
    """A document that is well-formed; whether its schema takes it is not known yet.

    Args:
        element: The root element.
        root: The same as a plain value.
        code: Legacy code for a document that the schema refuses.
        is_json: Whether it came as JSON.
    """

    element: etree._Element
    root: Node
    schema: str
    code: str
    is_json: bool

    async def validate(self) -> None:
        """Hold the document to its schema. Raises InputProblem: 422, with each fault and its line."""
        try:
            await to_thread.run_sync(validate, self.element, self.schema)
        except IllegalDocument as error:
            raise faulty(FIELD, JSON if self.is_json else XML, error, self.code) from error


async def engine_document(call: Call[Any], schema: str, *, missing: str, invalid: str) -> EngineDocument:
    """Read the document of an upload. ``missing``: legacy code for no file. ``invalid``: legacy code for a file that
    is not well-formed, or not as the schema wants it. Raises InputProblem: 422, when there is none or it cannot be
    read.
    """
    given = await given_description(call, FIELD, missing=missing, quiet=True)
    is_json = isinstance(given, dict | JsonText)
    try:
        element, root = await to_thread.run_sync(_read, given, schema)
    except IllegalDocument as error:
        raise faulty(FIELD, JSON if is_json else XML, error, invalid) from error
    return EngineDocument(element, root, schema, invalid, is_json)


def _read(given: bytes | dict[str, Any], schema: str) -> tuple[etree._Element, Node]:
    if isinstance(given, dict | JsonText):
        element = json_documents.document(_json(given), schema)
        return element, node(element)
    element = parse(given)
    return element, node(element)


def _json(given: bytes | dict[str, Any]) -> object:
    if isinstance(given, dict):
        return given
    try:
        return orjson.loads(bytes(given))
    except orjson.JSONDecodeError as error:
        fault = Fault(f"The description is no JSON: {error}", error.lineno, error.colno)
        raise IllegalDocument([fault]) from error
