"""Entries that say what rules say, or what another entry says: a registry that can be read holds none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Final

from config.problems import ProblemType
from config.routes import RouteMap
from diffing.conditions import ALWAYS
from diffing.lint import Finding, explains
from diffing.paths import MISSING, Steps, identical, values
from diffing.registry import SHARED_FILES, Deviation, Example, Kind, Registry
from diffing.rules.book import RouteRules
from diffing.rules.derived import REFUSED
from diffing.transforms import TRANSFORMS

_RESERVED: Final = "rule-"


def superfluous(
    registry: Registry, routes: RouteMap, problems: Mapping[str, ProblemType]
) -> Iterator[Finding]:
    """Whatever the registry says and need not. ``registry``: the entries and the rules. ``problems``: the status of
    each problem type.
    """
    for entry in registry.deviations:
        if entry.id.startswith(_RESERVED):
            text = f"only rules have ids that start with {_RESERVED}"
            yield Finding(entry.id, "reserved", text)
        if ruled_out(entry, registry, [route.name for route in routes]):
            text = "the rules of its routes make the same of all its examples: leave it out"
            yield Finding(entry.id, "derivable", text)
        if expected_by_rules(entry, registry, [route.name for route in routes]):
            text = "rules expect the same of all its examples on all its routes: leave it out"
            yield Finding(entry.id, "derivable", text)
        if is_row(entry, problems):
            rows = ", ".join(f'{code} = "{entry.new.type}"' for code in sorted(entry.legacy.codes))  # type: ignore[union-attr]  # is_row has looked
            yield Finding(entry.id, "derivable", f"[route.errors] of the route map can say it: {rows}")
    places: dict[str, str] = {}
    for entry in registry.deviations:
        for expression in expressions(entry):
            if expression in places and expression not in registry.patterns:
                text = f"the expression {expression!r} stands in {places[expression]}, too: name it in patterns.toml"
                yield Finding(entry.id, "repeated", text)
            places.setdefault(expression, entry.id)


def ruled_out(entry: Deviation, registry: Registry, names: Iterable[str]) -> bool:
    """Whether a transform changes none of its examples otherwise than the rules of all its routes do alone."""
    named = [name for name in names if entry.names(name)]
    if entry.kind is not Kind.TRANSFORM or not named:
        return False
    transform, arguments = TRANSFORMS[entry.transform or ""].apply, entry.arguments or {}
    for name in named:
        rules = registry.rules(name)
        if rules is None or rules.shape is None:
            return False
        for steps in entry.steps:
            for example in entry.examples:
                after = transform(deepcopy(example.legacy), arguments)
                if not identical(ruled(rules, steps, after), ruled(rules, steps, example.legacy)):
                    return False
    return True


def expected_by_rules(entry: Deviation, registry: Registry, names: Iterable[str]) -> bool:
    """Whether rules expect of all examples of an entry what it expects, on all its routes."""
    named = [name for name in names if entry.names(name)]
    if entry.new is None or entry.premise is not None or entry.effect is not None or not named:
        return False
    errors = entry.new.errors

    def says_it(rule: Deviation, example: Example) -> bool:
        """An example without a request shows nothing of a rule that looks at requests."""
        looks = rule.when == ALWAYS or example.request is not None
        return looks and rule.new is not None and errors <= rule.new.errors and explains(rule, example)

    return all(
        any(says_it(rule, example) for rule in registry.of_route(name) if rule.id.startswith(_RESERVED))
        for name in named
        for example in entry.examples
    )


def ruled(rules: RouteRules, steps: Steps, value: object) -> object:
    """What the rules of a route make of a value of PHP, at its path in a document that holds nothing else."""
    document = deepcopy(value)
    for step in reversed(steps):
        if document is MISSING:
            document = [] if step == "*" else {}
        else:
            document = [document] if step == "*" else {step: document}
    if document is MISSING:
        return MISSING
    converted = rules.convert(document, lambda _rule, _before, _after: None)
    return next(values(converted, steps), MISSING)


def is_row(entry: Deviation, problems: Mapping[str, ProblemType]) -> bool:
    """Whether an entry says no more than that a code is of a problem type."""
    legacy, new = entry.legacy, entry.new
    if entry.kind is not Kind.STATUS or entry.source in SHARED_FILES or legacy is None or new is None:
        return False
    problem = problems.get(new.type or "")
    plain = entry.when == ALWAYS and entry.premise is None and entry.effect is None
    usual = bool(legacy.codes) and legacy.statuses <= REFUSED and not legacy.defects
    says_more = new.code is not None or new.unnamed is not None
    return plain and usual and not says_more and problem is not None and problem.status == new.status


def expressions(part: object) -> Iterator[str]:
    """The regular expressions of an entry; a mere word is none."""
    if isinstance(part, re.Pattern):
        yield from _no_word(part.pattern)
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from _no_word(str(value)) if name == "pattern" else expressions(value)
    elif isinstance(part, tuple):
        for one in part:
            yield from expressions(one)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            if field.name not in ("examples", "near_misses"):
                yield from expressions(getattr(part, field.name))


def _no_word(expression: str) -> Iterator[str]:
    if not expression.isalnum():
        yield expression
