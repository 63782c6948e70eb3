"""The parameters of an operation as its schema describes them, under the names that PHP has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.openapi import Operation
from config.routes import Route


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Args:
        name: Its legacy name.
        place: `path`, `query` or `body`.
        kinds: The JSON types that it may have.
        constants: Texts that it may be instead.
        texts: Expressions that its text fits, where the schema gives some.
    """

    name: str
    place: str
    kinds: frozenset[str]
    constants: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def integer(self) -> bool:
        """Whether it is one integer."""
        return "integer" in self.kinds and "array" not in self.kinds

    def pattern(self, expression: str) -> re.Pattern[str]:
        """What fits an expression and is none of its constants."""
        known = "".join(rf"(?!{re.escape(constant)}\Z)" for constant in self.constants)
        return re.compile(known + expression)


def parameters(route: Route, operation: Operation) -> Iterator[Parameter]:
    """The parameters of a route."""
    legacy = {place: name for name, place in route.parameters.items()}
    for place, schemas in (("path", operation.path), ("query", operation.query), ("body", operation.body)):
        for name, schema in schemas.items():
            yield _parameter(legacy.get(f"{place}.{name}", name), place, schema)


def _parameter(name: str, place: str, schema: Mapping[str, object]) -> Parameter:
    choices = schema.get("anyOf", [schema])
    kinds, constants, texts = set(), [], []
    for choice in choices if isinstance(choices, list) else []:
        if "const" in choice:
            constants.append(str(choice["const"]))
        elif choice.get("maxLength") == 0:
            continue  # the empty text, which stands for a filter without a value
        elif "pattern" in choice:
            texts.append(str(choice["pattern"]))
        else:
            kinds.add(str(choice.get("type", "string")))
    return Parameter(name, place, frozenset(kinds), tuple(constants), tuple(texts))
