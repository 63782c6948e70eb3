"""What an upload brings, part by part: the OpenAPI document shows it, handlers read it (legacy notes, data 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.input.json_documents import described

REFERENCE = "#/components/schemas/{model}"
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
JSON = "application/json"
XML_FILE = "application/xml, application/json"
ANY_FILE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form.

    Args:
        name: Of the field.
        about: What it holds, in a few words.
        schema: Name of the schema of a description, which may be XML or JSON; None for any other file.
        required: Nothing is stored without it. A description can also be the JSON body itself.
        as_field: May also be a text field.
    """

    name: str
    about: str
    schema: str | None = None
    required: bool = False
    as_field: bool = False


def schemas(parts: Sequence[Part]) -> Mapping[str, Any]:
    """The schemas of the descriptions, by name, as the OpenAPI document holds them. ``parts``: of any operations."""
    return {part.schema: described(part.schema, REFERENCE) for part in parts if part.schema is not None}


def content(
    parts: Sequence[Part], properties: Mapping[str, Any], *, further_files: bool = False
) -> dict[str, Any]:
    """The ``content`` of a request body. Returns the form, and the JSON body that does instead of it where there is a
    description.

    Args:
        parts: Of the form.
        properties: Fields beside the parts, with their schemas.
        further_files: The form may have other files.
    """
    files = {part.name: _file(part) for part in parts}
    form: dict[str, Any] = {"type": "object", "properties": {**properties, **files}}
    form["required"] = [part.name for part in parts if part.required]
    form["additionalProperties"] = (
        {"type": "string", "format": "binary", "contentMediaType": ANY_FILE} if further_files else False
    )
    encoding = {part.name: {"contentType": XML_FILE if part.schema else ANY_FILE} for part in parts}
    found: dict[str, Any] = {MULTIPART: {"schema": form, "encoding": encoding}}
    document = next((part for part in parts if part.schema is not None), None)
    if document is not None:
        reference: dict[str, Any] = {"$ref": REFERENCE.format(model=document.schema)}
        if properties:
            members = {**properties, document.name: reference}
            reference = {"type": "object", "properties": members, "required": [document.name]}
        found[JSON] = {"schema": reference}
    return found


def _file(part: Part) -> dict[str, Any]:
    about = part.about if part.schema is None else f"{part.about} XML, or JSON with the same names."
    if part.as_field:
        return {"type": "string", "description": f"{about} A file or a text field."}
    media_type = ANY_FILE if part.schema is None else "application/xml"
    return {"type": "string", "format": "binary", "contentMediaType": media_type, "description": about}
