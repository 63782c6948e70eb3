"""A JSON schema as text for people: references resolved, names with their types."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_TYPES: Final = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false"}
_BOUNDS: Final = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} elements"),
    ("maxItems", "at most {} elements"),
    ("pattern", "like {}"),
    ("format", "{}"),
)


def schema_text(schema: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> str:
    """What a document of the schema looks like.

    Args:
        definitions: What its references mean, by name.

    Returns:
        One or more lines; members that need not be there have a question mark.
    """
    return _text(schema, definitions, (), "")


def _text(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Mapping[str, Any]],
    inside: tuple[str, ...],
    blank: str,
) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if name in inside:
            return "the same again"
        return _text(definitions[name], definitions, (*inside, name), blank)
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for word, joint in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if word in schema:
            parts = (_text(part, definitions, inside, blank) for part in schema[word])
            return joint.join(dict.fromkeys(parts))
    kinds = schema.get("type")
    if isinstance(kinds, Sequence) and not isinstance(kinds, str):
        return " or ".join(_text({**schema, "type": kind}, definitions, inside, blank) for kind in kinds)
    if "properties" in schema or "additionalProperties" in schema or kinds == "object":
        return _object(schema, definitions, inside, blank)
    if kinds == "array":
        bounds = "".join(f" ({told})" for told in _bounds(schema))
        prefix = schema.get("prefixItems")
        if prefix:
            return f"[{', '.join(_text(item, definitions, inside, blank) for item in prefix)}]"
        return f"list of {_text(schema.get('items', {}), definitions, inside, blank)}{bounds}"
    if kinds == "null":
        return "null"
    told = ", ".join(_bounds(schema))
    return _TYPES.get(str(kinds), "anything") + (f" ({told})" if told else "")


def _object(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Mapping[str, Any]],
    inside: tuple[str, ...],
    blank: str,
) -> str:
    deeper = f"{blank}  "
    required = schema.get("required", ())
    lines = [
        f"{deeper}{name}{'' if name in required else '?'}: {_text(member, definitions, inside, deeper)}"
        for name, member in schema.get("properties", {}).items()
    ]
    further = schema.get("additionalProperties")
    if isinstance(further, Mapping):
        lines.append(f"{deeper}any name: {_text(further, definitions, inside, deeper)}")
    return "\n".join(("{", *lines, f"{blank}}}")) if lines else "an object"


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, told in _BOUNDS:
        if name in schema:
            yield told.format(schema[name])
