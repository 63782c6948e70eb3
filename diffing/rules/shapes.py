"""A response schema, compiled: convert a legacy document to it, and check whether a new document fits it.

Source of what is converted: new-API contract, decision 5. A value that is not written as the schema's type stays as it
is, so that the comparison shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from config.json_schema import Schema
from diffing.paths import MISSING, identical
from diffing.rules import lists, nothing, typed
from diffing.rules.rule import Tell

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
        objects: The shapes of several kinds of objects, of which one may stand there.
        anything: The schema does not say what stands there.
        mixed: An element of a list of texts and numbers, which has the type that PHP's template gives it.
        constants: The texts that may stand there; none means any.
    """

    scalars: tuple[str, ...] = ()
    nullable: bool = False
    items: Shape | None = None
    fields: Mapping[str, Shape] | None = None
    required: frozenset[str] = field(default_factory=frozenset)
    objects: tuple[Shape, ...] = ()
    anything: bool = False
    mixed: bool = False
    constants: frozenset[str] = field(default_factory=frozenset)

    def convert(self, value: object, tell: Tell) -> object:
        """A legacy value as the schema has it; lists and objects are changed in place. ``value``: decoded; `MISSING`
        for an absent key. ``tell``: told of each conversion.
        """
        if self.anything or self.mixed or value is None:
            return value
        if isinstance(value, dict):
            shape = self._object(value)
            if shape is not None:
                shape._convert_fields(value, tell)
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

    @property
    def names(self) -> frozenset[str]:
        """All keys that may stand anywhere in it."""
        seen: dict[int, Shape] = {}
        left = [self]
        while left:
            shape = left.pop()
            if id(shape) not in seen:
                seen[id(shape)] = shape
                left += [
                    *(shape.fields or {}).values(),
                    *shape.objects,
                    *([shape.items] if shape.items else ()),
                ]
        return frozenset(name for shape in seen.values() for name in shape.fields or ())

    def fits(self, value: object, path: str = "$") -> Iterator[str]:
        """Where a new document is not as the schema has it, as sentences; type-strictly: 1.0 is no integer."""
        if self.anything or (value is None and self.nullable):
            return
        shape = self._object(value) if isinstance(value, dict) else None
        if isinstance(value, dict) and shape is not None and shape.fields is not None:
            for name in sorted(shape.required - value.keys()):
                yield f"{path}.{name} is missing"
            for name, element in value.items():
                if name in shape.fields:
                    yield from shape.fields[name].fits(element, f"{path}.{name}")
                else:
                    yield f"{path}.{name} is not in the schema"
        elif isinstance(value, list) and self.items is not None:
            for element in value:
                yield from self.items.fits(element, f"{path}[*]")
        elif not self._scalar_fits(value):
            yield f"{path} is {type(value).__name__}, not {self._words()}"

    def _object(self, value: Mapping[str, object]) -> Shape | None:
        """The shape of the kind of object that a value is: the one with the fewest keys too many and too few."""
        kinds = self.objects or ((self,) if self.fields is not None else ())
        return min(kinds, key=lambda one: one._strangeness(value), default=None)

    def _strangeness(self, value: Mapping[str, object]) -> tuple[int, int]:
        return len(value.keys() - (self.fields or {}).keys()), len(self.required - value.keys())

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
        return (isinstance(value, int) and "integer" in kinds) or (
            isinstance(value, float) and "number" in kinds
        )

    def _words(self) -> str:
        words = [*self.scalars]
        words += ["a list"] if self.items is not None else []
        words += ["an object"] if self.fields is not None or self.objects else []
        return " or ".join(words or ["null"])


def compiled(schema: Schema) -> Shape:
    """The shape of a response schema."""
    return _shape(schema, {})


def _shape(schema: Schema, known: dict[int, Shape]) -> Shape:
    """The shape of a schema; one that refers to itself has itself inside."""
    key = id(schema.raw)
    if key not in known:
        known[key] = Shape()
        _fill(known[key], schema, known)
    return known[key]


def _fill(shape: Shape, schema: Schema, known: dict[int, Shape]) -> None:
    alternatives = schema.alternatives
    if len(alternatives) > 1:
        for one in alternatives:
            _join(shape, _shape(one, known), one)
        return
    [schema] = alternatives
    raw, kind = schema.raw, schema.raw.get("type")
    if kind == "array":
        shape.items = _shape(schema.element, known) if schema.element is not None else Shape(anything=True)
        shape.items.mixed = "string" in shape.items.scalars and len(shape.items.scalars) > 1
    elif kind == "object" and "properties" in raw:
        shape.fields = {name: _shape(one, known) for name, one in schema.members.items()}
        shape.required = schema.required
    elif kind == "null":
        shape.nullable = True
    elif kind in ("integer", "number", "boolean", "string"):
        shape.scalars = ("date-time",) if str(raw.get("format")).startswith("date-time") else (kind,)
        constants = raw.get("enum", [raw["const"]] if "const" in raw else [])
        shape.constants = frozenset(map(str, constants))
    else:
        shape.anything = True


def _join(shape: Shape, other: Shape, schema: Schema) -> None:
    """Let a place hold what another one may hold too, which may not be known yet where it holds itself."""
    shape.scalars = (*shape.scalars, *(kind for kind in other.scalars if kind not in shape.scalars))
    shape.nullable = shape.nullable or other.nullable
    shape.anything = shape.anything or other.anything
    shape.items = shape.items if shape.items is not None else other.items
    if schema.raw.get("type") == "object":
        shape.objects = (*shape.objects, other)
