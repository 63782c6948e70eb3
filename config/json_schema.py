"""A JSON schema of the pinned OpenAPI document, to be walked along a document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

SCHEMAS = "#/components/schemas/"
"""What references to schemas begin with."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON schema; a reference is followed when somebody looks, so that a shape may hold itself. ``raw``: as the
    document has it, where it was not a reference. ``definitions``: what references lead to, by name.
    """

    raw: Mapping[str, Any]
    definitions: Mapping[str, Any] = field(repr=False, compare=False)

    def below(self, raw: Mapping[str, Any]) -> "Schema":
        """A schema that stands inside this one, with its reference followed."""
        while (reference := raw.get("$ref")) is not None:
            raw = self.definitions[str(reference).removeprefix(SCHEMAS)]
        return Schema(raw, self.definitions)

    @property
    def alternatives(self) -> "tuple[Schema, ...]":
        """The schemas of which a value fits one, null among them; the schema itself when there is no choice."""
        if "anyOf" not in self.raw:
            return (self,)
        return tuple(arm for raw in self.raw["anyOf"] for arm in self.below(raw).alternatives)

    @property
    def types(self) -> frozenset[str]:
        """JSON types of the alternatives: ``integer``, ``null`` and so on; empty where anything fits."""
        return frozenset(arm.raw["type"] for arm in self.alternatives if "type" in arm.raw)

    @property
    def members(self) -> "Mapping[str, Schema]":
        """The members of an object by name; none of what is no object."""
        properties: Mapping[str, Any] = self.raw.get("properties", {})
        return MappingProxyType({name: self.below(raw) for name, raw in properties.items()})

    @property
    def required(self) -> frozenset[str]:
        """The members that are always there."""
        return frozenset(self.raw.get("required", ()))

    @property
    def element(self) -> "Schema | None":
        """Of a list: the schema of each of its elements."""
        return self.below(self.raw["items"]) if isinstance(self.raw.get("items"), dict) else None
