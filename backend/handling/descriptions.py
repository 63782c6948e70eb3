"""The description that an upload comes with: an XML file, an XML field where PHP takes one, or JSON."""

from typing import Any

import orjson
from anyio import to_thread
from lxml import etree

from backend.input import json_documents
from backend.input.uploads import MISSING, file_problem, form_file, form_text
from backend.input.xml_documents import Fault, IllegalDocument, Node, node, parse, validate
from backend.operations import Call
from backend.problems import InputError, InputProblem

XML = ("xml_invalid", "The XML does not correspond to its schema")
JSON = ("description_invalid", "The description is not as its schema wants it")


MOST_TAGS = 200
"""Tags that a description may bring: each takes statements of its own."""


class JsonText(bytes):
    """A file that says of itself, by its type or its name, that it is JSON."""


async def description(
    call: Call[Any],
    field: str,
    schema: str,
    *,
    missing: str,
    invalid: str,
    as_field: bool = False,
    quiet: bool = False,
) -> Node:
    """Read the description of an upload and hold it to its schema.

    A form has it as a file: XML, or JSON that says so. A JSON body is the description itself, or an object that has it
    as the member of the field's name. Returns the root of the document. Raises InputProblem: 422, with PHP's reason,
    or with each fault and its line.

    Args:
        field: Name of the form's file.
        missing: Legacy code for no file, an empty one, or something else than a file.
        invalid: Legacy code for a file that is not as the schema wants it.
        as_field: A form may also have it as a text field.
        quiet: PHP does not say why there is none.
    """
    given = await given_description(call, field, missing=missing, as_field=as_field, quiet=quiet)
    return await valid(call, given, field, schema, code=invalid)


async def given_description(
    call: Call[Any], field: str, *, missing: str, as_field: bool = False, quiet: bool = False
) -> bytes | dict[str, Any]:
    """The description of an upload, not looked into. Returns the bytes of the file, as ``JsonText`` when it says so;
    or the JSON object. Raises InputProblem: 422, when there is none.

    Args:
        field: Name of the form's file.
        missing: Legacy code for no file, an empty one, or something else than a file.
        as_field: A form may also have it as a text field.
        quiet: PHP does not say why there is none; nor does it where there could have been a text field.
    """
    if isinstance(call.json, dict):
        inner = call.json.get(field)
        return inner if isinstance(inner, dict) else call.json
    if as_field and (text := form_text(call.form, field)):
        return text.encode()
    part = form_file(call.form, field)
    reason = file_problem(part)
    if reason is not None or part is None:
        silent = quiet or (as_field and part is None)
        raise not_given(field, reason or MISSING, missing, quiet=silent)
    await part.seek(0)
    content = await part.read()
    kind = (part.content_type or "").partition(";")[0].strip().lower()
    says_json = not call.is_legacy and (
        kind == "application/json" or (part.filename or "").lower().endswith(".json")
    )
    # PHP reads XML whatever a file says; nobody who sends it one is to be answered differently by chance.
    return JsonText(content) if says_json and not content.lstrip().startswith(b"<") else content


async def valid(
    call: Call[Any],  # noqa: ARG001  # all readers of input take it first
    given: bytes | dict[str, Any],
    field: str,
    schema: str,
    *,
    code: str,
) -> Node:
    """Read a description and hold it to its schema. Returns the root of the document. Raises InputProblem: 422, with
    each fault and its line.

    Args:
        given: As ``given_description`` gave it.
        field: Name of the form's file.
        code: Legacy code for one that is not as the schema wants it.
    """
    kind = XML
    try:
        if isinstance(given, dict | JsonText):
            kind = JSON
        return await to_thread.run_sync(_read, given, schema)
    except IllegalDocument as error:
        raise faulty(field, kind, error, code) from error


def not_given(field: str, reason: str, code: str, *, quiet: bool = False) -> InputProblem:
    """The problem of a description that is not there.

    Args:
        field: Name of the form's file.
        reason: PHP's words.
        code: The legacy code.
        quiet: PHP does not say them.
    """
    message = f"Give the file {field}: {reason}"
    error: InputError = {"type": "missing", "loc": ["body", field], "msg": message, "input": None}
    return InputProblem(message, [error], code=code, additional=None if quiet else reason)


def faulty(field: str, kind: tuple[str, str], illegal: IllegalDocument, code: str) -> InputProblem:
    """The problem of a description that is not as its schema wants it.

    Args:
        field: Name of the form's file.
        kind: ``XML`` or ``JSON``.
        illegal: What is wrong.
        code: The legacy code.
    """
    faults = illegal.faults
    errors: list[InputError] = []
    for fault in faults:
        error: InputError = {"type": kind[0], "loc": ["body", field], "msg": str(fault), "input": None}
        if fault.line:
            error["ctx"] = {"line": fault.line, "column": fault.column}
        errors.append(error)
    detail = f"{kind[1]}. {' '.join(map(str, faults))}"
    return InputProblem(detail, errors, code=code, additional=illegal.as_php())


def _read(given: bytes | dict[str, Any], schema: str) -> Node:
    if isinstance(given, dict | JsonText):
        return _held(json_documents.document(_json(given), schema), schema)
    return _held(parse(given), schema)


def _held(root: etree._Element, schema: str) -> Node:
    validate(root, schema)
    found = node(root)
    if len(tags := found.all("tag")) > MOST_TAGS:
        raise IllegalDocument([Fault(f"The description has {len(tags)} tags, more than {MOST_TAGS}", -1)])
    return found


def _json(given: bytes | dict[str, Any]) -> object:
    if isinstance(given, dict):
        return given
    try:
        return orjson.loads(bytes(given))
    except orjson.JSONDecodeError as error:
        raise IllegalDocument(
            [Fault(f"The description is no JSON: {error}", error.lineno, error.colno)]
        ) from error
