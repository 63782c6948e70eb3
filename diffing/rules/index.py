"""What is stored is stored: PHP says that it could not tell the search index, after it has done what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from config.routes import Route
from diffing.conditions import Condition
from diffing.registry import Example, Kind, LegacySide, NewSide
from diffing.rules.derived import REFUSED, Expectation
from diffing.rules.rule import Rule

CODE: Final = "105"
_CODE = re.compile(rf"\bcode\W+{CODE}\b")

RULE = Rule(
    id="rule-index",
    title="A search index that fails is no failure of the request",
    why="PHP stores what was sent, fails to tell Elasticsearch, and answers the error 105, alone or before its answer. "
    "The new API answers what it did.",
    guide="all",
    examples=(Example({"status": 412, "code": "105"}, {"status": 200}),),
    near_misses=(Example({"status": 412, "code": "104"}, {"status": 200}),),
)


def expectations(route: Route) -> Iterator[Expectation]:
    """The answer of a route that writes, held to its schema."""
    if route.writes:
        legacy = LegacySide(REFUSED, frozenset({CODE}))
        yield Expectation(Kind.ACCEPTS, legacy, NewSide(200), derive="schema")
        behind = LegacySide(defects=frozenset({"two_documents", "not_json"}))
        yield Expectation(Kind.LEGACY_DEFECT, behind, NewSide(200), Condition(message=_CODE))
