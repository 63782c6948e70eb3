"""Where each member of an answer comes from: it agrees with its column, or is listed with a why.

``columns.toml`` says it; see its head for how.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, DateTime, Float, Integer
from sqlalchemy.dialects import mysql

from backend import tables

FILE: Final = Path(__file__).parent / "columns.toml"
OPERATIONS: Final = "operations"
MARKS: Final = frozenset({"null", "absent"})
_PLAIN: Final = frozenset({"integer", "number", "boolean", "text", "moment", "empty"}) | MARKS
_COLUMNS: Final = {
    f"{table.name}.{column.name}": column
    for table in tables.metadata.sorted_tables
    for column in table.columns
}


def stated() -> Mapping[str, Mapping[str, Any]]:
    """What the file says: by shape and member, and of lists without members by operation."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def type_of(column: Column[Any]) -> str:
    """What a column's values are in JSON."""
    kind = column.type.dialect_impl(mysql.dialect())
    if isinstance(kind, mysql.ENUM) and set(kind.enums) == {"true", "false"}:
        return "boolean"
    if isinstance(kind, DateTime):
        return "moment"
    if isinstance(kind, Integer):
        return "integer"
    return "number" if isinstance(kind, Float) else "text"


def disagreements(document: Mapping[str, Any], said: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where an OpenAPI document and the file disagree, one sentence each. ``said``: of ``stated``."""
    found: list[str] = []
    fields = dict(_fields(document))
    for shape, members in said.items():
        found += [f"{shape}.{name}: no answer has it" for name in members if (shape, name) not in fields]
    for (shape, name), types in fields.items():
        statement = said.get(shape, {}).get(name)
        problems = ["nobody says what it holds"] if statement is None else _judged(statement, types)
        found += [f"{shape}.{name}: {problem}" for problem in problems]
    return found


def _judged(statement: str | Mapping[str, str], types: frozenset[str]) -> Iterator[str]:
    """What is wrong with a statement about a member of these types."""
    text = statement if isinstance(statement, str) else statement["is"]
    alternatives = text.split(" | ") if not text.startswith("[") else _split(text)
    expected = {_expected(alternative) for alternative in alternatives}
    if expected != types:
        yield f"{_shown(types)}, where {_shown(expected)} is stated"
    if isinstance(statement, str):
        columns = [_COLUMNS[part] for part in alternatives if part in _COLUMNS]
        if (
            len(columns) == 1
            and type_of(columns[0]) != "text"
            and columns[0].nullable != bool(MARKS & expected)
        ):
            yield f"the column can{'' if columns[0].nullable else 'not'} be NULL"
        return
    if not statement["why"].strip():
        yield "is listed without a why"
    column = _COLUMNS.get(statement.get("of", ""))
    if "of" in statement and column is None:
        yield f"there is no column {statement['of']}"
    if column is not None and expected - MARKS == {type_of(column)} and _nullable_as(column, expected):
        yield "is as its column is, and needs no why"


def _nullable_as(column: Column[Any], expected: set[str]) -> bool:
    """A text without a value may be anything of empty, null and absent (new-API contract, decision 5)."""
    return (type_of(column) == "text" and "absent" not in expected) or column.nullable == bool(
        MARKS & expected
    )


def _split(text: str) -> list[str]:
    """Alternatives of which the first is a list, which may have alternatives of its own."""
    end = text.index("]") + 1
    return [text[:end], *(part for part in text[end:].split(" | ") if part)]


def _expected(alternative: str) -> str:
    if alternative in _PLAIN or alternative.startswith("{"):
        return alternative
    if alternative.startswith("["):
        inner = [_expected(part) for part in alternative[1:-1].split(" | ")]
        return f"[{_shown(inner)}]"
    if alternative[0].isupper():
        return f"{{{alternative}}}"
    return type_of(_COLUMNS[alternative])


def _fields(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Each member of each shape that a success holds, with its types; lists without members by operation."""
    schemas = document["components"]["schemas"]
    waiting: list[str] = []
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if not status.startswith("2") or content is None:
                    continue
                references = list(_references(content["schema"]))
                waiting += references
                if not references and not operation["operationId"].endswith(".by_post"):
                    yield (OPERATIONS, operation["operationId"]), frozenset(_types(content["schema"]))
    known: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        schema = schemas[name]
        waiting += _references(schema)
        for member, raw in schema.get("properties", {}).items():
            absent = () if member in schema.get("required", ()) else ("absent",)
            yield (name, member), frozenset([*_types(raw), *absent])


def _types(raw: Mapping[str, Any]) -> Iterator[str]:
    """The types of a schema in the words of the file."""
    if "$ref" in raw:
        yield f"{{{_name(raw)}}}"
    elif "anyOf" in raw:
        for arm in raw["anyOf"]:
            yield from _types(arm)
    elif raw.get("type") == "array":
        yield "empty" if raw.get("maxItems") == 0 else f"[{_shown(_types(raw['items']))}]"
    elif raw.get("type") == "string":
        yield "moment" if raw.get("format") == "date-time-local" else "text"
    else:
        yield str(raw.get("type", "anything"))


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield _name(value)
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for element in value:
            yield from _references(element)


def _name(raw: Mapping[str, Any]) -> str:
    return str(raw["$ref"]).removeprefix("#/components/schemas/")


def _shown(types: Any) -> str:
    return " | ".join(sorted(types))
