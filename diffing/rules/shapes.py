"""A response schema, compiled: convert a legacy document to it, and check whether a new document fits it.

Source of what is converted: new-API contract, decision 5. A value that is not written as the schema's type stays as it
is, so that the comparison shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from diffing.paths import MISSING, identical
from diffing.rules import lists, nothing, typed
from diffing.rules.rule import Tell

Schema = Mapping[str, Any]
_EMPTY: Final[list[object]] = []


@dataclass(slots=True)
class Shape:
    """One place of a schema.

    Args:
        scalars: The scalar types that may stand there, in the order in which they are tried.
        nullable: Whether null may.
        items: The shape of a list's elements; None where no list may stand.
        fields: The shapes of an object's keys; None where no object may stand.
        required: The keys that are always there.
        anything: The schema does not say what stands there.
        constants: The texts that may stand there; none means any.
    """

    scalars: tuple[str, ...] = ()
    nullable: bool = False
    items: Shape | None = None
    fields: Mapping[str, Shape] | None = None
    required: frozenset[str] = field(default_factory=frozenset)
    anything: bool = False
    constants: frozenset[str] = field(default_factory=frozenset)

    def convert(self, value: object, tell: Tell) -> object:
        """A legacy value as the schema has it; lists and objects are changed in place.

        Args:
            value: Decoded; `MISSING` for an absent key.
            tell: Told of each conversion.
        """
        if self.anything or value is None:
            return value
        if isinstance(value, dict):
            if self.fields is not None:
                self._convert_fields(value, tell)
                return value
        elif isinstance(value, list) and (value or self.items is not None):
            if self.items is not None:
                return self._converted_list(value, tell)
            return value
        if value is MISSING or value == _EMPTY:
            return self._nothing(value, tell)
        if value == "" and self.nullable and "string" not in self.scalars:
            return self._nothing(value, tell)
        if not isinstance(value, dict):
            for kind in self.scalars:
                after = typed.typed(value, kind)
                if after is not MISSING:
                    if not identical(value, after):
                        tell(typed.RULE.id, value, after)
                    return after
        if self.items is not None and not self.scalars:
            after = [self.items.convert(value, tell)]
            tell(lists.RULE.id, value, after)
            return after
        return value

    def fits(self, value: object, path: str = "$") -> Iterator[str]:
        """Where a new document is not as the schema has it, as sentences; type-strictly: 1.0 is no integer."""
        if self.anything or (value is None and self.nullable):
            return
        if isinstance(value, dict) and self.fields is not None:
            for name in sorted(self.required - value.keys()):
                yield f"{path}.{name} is missing"
            for name, element in value.items():
                if name in self.fields:
                    yield from self.fields[name].fits(element, f"{path}.{name}")
                else:
                    yield f"{path}.{name} is not in the schema"
        elif isinstance(value, list) and self.items is not None:
            for element in value:
                yield from self.items.fits(element, f"{path}[*]")
        elif not self._scalar_fits(value):
            yield f"{path} is {type(value).__name__}, not {self._words()}"

    def _convert_fields(self, value: dict[str, object], tell: Tell) -> None:
        for name, shape in (self.fields or {}).items():
            if name in value:
                value[name] = shape.convert(value[name], tell)
            elif name in self.required:
                after = shape.convert(MISSING, tell)
                if after is not MISSING:
                    value[name] = after

    def _converted_list(self, value: list[object], tell: Tell) -> object:
        items = self.items
        if items is None:
            return value
        for index, element in enumerate(value):
            value[index] = items.convert(element, tell)
        return value

    def _nothing(self, value: object, tell: Tell) -> object:
        after: object = MISSING
        rule = ""
        if self.items is not None:
            after, rule = [], lists.RULE.id
        elif self.nullable:
            after, rule = None, nothing.NULL.id
        elif "string" in self.scalars:
            after, rule = "", nothing.EMPTY.id
        if after is MISSING:
            return value
        tell(rule, value, after)
        return after

    def _scalar_fits(self, value: object) -> bool:
        kinds = set(self.scalars)
        if isinstance(value, str):
            text = bool({"string", "date-time"} & kinds)
            return text and (not self.constants or value in self.constants)
        if isinstance(value, bool):
            return "boolean" in kinds
        return (isinstance(value, int) and "integer" in kinds) or (isinstance(value, float) and "number" in kinds)

    def _words(self) -> str:
        words = [*self.scalars]
        words += ["a list"] if self.items is not None else []
        words += ["an object"] if self.fields is not None else []
        return " or ".join(words or ["null"])


def compiled(schema: Schema, definitions: Mapping[str, Schema]) -> Shape:
    """The shape of a JSON schema.

    Args:
        schema: Of a response.
        definitions: What its references name: `#/components/schemas/NAME`.
    """
    known: dict[str, Shape] = {}
    return _shape(schema, definitions, known)


def _shape(schema: Schema, definitions: Mapping[str, Schema], known: dict[str, Shape]) -> Shape:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if name not in known:
            known[name] = Shape()
            _fill(known[name], definitions[name], definitions, known)
        return known[name]
    shape = Shape()
    _fill(shape, schema, definitions, known)
    return shape


def _fill(shape: Shape, schema: Schema, definitions: Mapping[str, Schema], known: dict[str, Shape]) -> None:
    read = partial(_shape, definitions=definitions, known=known)
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            _join(shape, read(one))
        return
    kind = schema.get("type")
    if kind == "array":
        shape.items = read(schema.get("items", {}))
    elif kind == "object" and "properties" in schema:
        shape.fields = {name: read(one) for name, one in schema["properties"].items()}
        shape.required = frozenset(schema.get("required", ()))
    elif kind == "null":
        shape.nullable = True
    elif kind in ("integer", "number", "boolean", "string"):
        shape.scalars = ("date-time",) if schema.get("format") == "date-time" else (kind,)
        constants = schema.get("enum", [schema["const"]] if "const" in schema else [])
        shape.constants = frozenset(map(str, constants))
    else:
        shape.anything = True


def _join(shape: Shape, other: Shape) -> None:
    """Let a place hold what another one may hold too; objects of several kinds share their keys."""
    shape.scalars = (*shape.scalars, *(kind for kind in other.scalars if kind not in shape.scalars))
    shape.nullable = shape.nullable or other.nullable
    shape.anything = shape.anything or other.anything
    shape.items = shape.items if shape.items is not None else other.items
    if other.fields is not None and shape.fields is not None:
        shape.fields = {**other.fields, **shape.fields}
        shape.required &= other.required
    elif other.fields is not None:
        shape.fields, shape.required = other.fields, other.required
