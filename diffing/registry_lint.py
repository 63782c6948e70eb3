"""All that the lint finds in a registry by itself, before any exchange is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.problems import ProblemType
from config.routes import RouteMap
from diffing.causes import causeless
from diffing.contradictions import lint_conflicts
from diffing.derivable import superfluous
from diffing.lint import Finding, lint_examples
from diffing.model import UNROUTED
from diffing.registry import Registry
from diffing.unconditional import unconditional


def lint_registry(
    registry: Registry, routes: RouteMap, problems: Mapping[str, ProblemType]
) -> Iterator[Finding]:
    """Run every example and near miss; find contradictions, what is said twice, conditions that restrict nothing, and
    deaths of PHP without a cause.

    Args:
        registry: The entries and the rules.
        problems: The status of each problem type.
    """
    yield from lint_examples(registry)
    yield from lint_conflicts(registry, [*routes.routes, UNROUTED])
    yield from superfluous(registry, routes, problems)
    yield from unconditional(registry, routes)
    yield from causeless(registry)
