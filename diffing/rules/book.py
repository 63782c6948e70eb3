"""All rules, applied to one route: what they make of PHP's document, and what they expect of the new side's errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from config.openapi import Described
from config.problems import ProblemType
from config.routes import RouteMap
from diffing.registry import Deviation
from diffing.rules import effect, envelope, errors, filters, ids, index, lists, nothing, typed
from diffing.rules.derived import Expectation
from diffing.rules.parameters import parameters
from diffing.rules.rule import Rule, Tell
from diffing.rules.shapes import Shape, compiled

RULES: Final[tuple[Rule, ...]] = (
    envelope.RULE,
    typed.RULE,
    lists.RULE,
    nothing.NULL,
    nothing.EMPTY,
    errors.RULE,
    ids.RULE,
    filters.RULE,
    filters.OFFSET,
    index.RULE,
    effect.RULE,
)


@dataclass(frozen=True, slots=True)
class RouteRules:
    """The rules of one route.

    Args:
        envelope: The keys that PHP wraps the answer in.
        shape: What the answer must look like; None where it is no JSON.
        first: What is expected before any special entry is looked at.
        last: What is expected where no special entry says otherwise.
    """

    envelope: tuple[str, ...] = ()
    shape: Shape | None = None
    first: tuple[Deviation, ...] = ()
    last: tuple[Deviation, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The rules that say first what is expected."""
        return frozenset(entry.id for entry in self.first)

    def open(self, document: object, tell: Tell) -> object:
        """A legacy document out of its envelope."""
        return envelope.open_envelope(document, self.envelope, tell)

    def convert(self, document: object, tell: Tell) -> object:
        """A legacy document, out of its envelope and after the special transforms, as the schema has it."""
        return document if self.shape is None else self.shape.convert(document, tell)


class RuleBook:
    """The rules of all routes. ``openapi``: the pinned description of the new API. ``problems``: title and status of
    each problem type.
    """

    def __init__(
        self, routes: RouteMap, openapi: Mapping[str, Described], problems: Mapping[str, ProblemType]
    ) -> None:
        self._routes, self._openapi, self._problems = routes, openapi, problems
        self.of_route = cache(self._of_route)
        self.roots = cache(self._roots)

    def _roots(self, entity: str) -> frozenset[str]:
        """The outermost keys of PHP's answers about an entity: its envelopes, or the keys of a document without one."""
        found = set[str]()
        for route in self._routes:
            if route.entity == entity and route.legacy is not None:
                shape = self.of_route(route.name).shape
                bare = {*(shape.fields or {})} if shape is not None else set()
                found |= {*route.legacy.envelope[:1]} or bare
        return frozenset(found)

    def _of_route(self, name: str) -> RouteRules:
        route = self._routes.routes.get(name)
        if route is None or route.legacy is None:
            return RouteRules()
        described = self._openapi.get(name)
        known = () if described is None else tuple(parameters(route, described))
        answer = None if described is None else described.answer
        shape = None if answer is None else compiled(answer)

        def entries(rule: Rule, expected: Iterable[Expectation]) -> Iterable[Deviation]:
            return (one.deviation(rule, name) for one in expected)

        first = chain(
            entries(ids.RULE, ids.in_paths(route, known)),
            entries(filters.RULE, filters.expectations(route, known)),
            entries(filters.RULE, filters.characters(route, known)),
            entries(ids.RULE, ids.in_forms(route, known)),
            entries(errors.RULE, errors.expectations(route, self._problems, of_input=True)),
        )
        last = chain(
            entries(filters.OFFSET, filters.offsets(route)),
            entries(errors.RULE, errors.expectations(route, self._problems, of_input=False)),
            entries(index.RULE, index.expectations(route)),
        )
        return RouteRules(route.legacy.envelope, shape, tuple(first), tuple(last))
