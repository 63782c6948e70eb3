"""The parameters of an operation as its schema describes them, under the names that PHP has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from config.openapi import Described
from config.routes import Route


@dataclass(frozen=True, slots=True)
class ParameterRule:
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


def parameters(route: Route, described: Described) -> Iterator[ParameterRule]:
    """The parameters of a route."""
    legacy = {place: name for name, place in route.parameters.items()}
    for one in described.parameters:
        name = legacy.get(f"{one.place}.{one.name}", one.name)
        kinds, constants, texts = set(), [], []
        for choice in one.schema.alternatives:
            if "const" in choice.raw:
                constants.append(str(choice.raw["const"]))
            elif choice.raw.get("maxLength") == 0:
                continue  # the empty text, which stands for a filter without a value
            elif "pattern" in choice.raw:
                texts.append(str(choice.raw["pattern"]))
            else:
                kinds.add(str(choice.raw.get("type", "string")))
        yield ParameterRule(name, one.place, frozenset(kinds), tuple(constants), tuple(texts))
