"""An error keeps PHP's code; the route map says of which problem type it is, and the table of problems its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from config.problems import ProblemType
from config.routes import Route
from diffing.registry import Example, Kind, LegacySide, NewSide
from diffing.rules.derived import REFUSED, Expectation
from diffing.rules.rule import Rule

RULE = Rule(
    id="rule-error",
    title="Errors are problem details with a status that says what is wrong",
    why="PHP answers nearly every error with 412. Its code stays, at the top level of the problem document.",
    guide="errors",
    examples=(
        Example({"status": 412, "code": "111"}, {"status": 404, "code": "111", "type": "dataset-not-found"}),
    ),
    near_misses=(
        Example({"status": 412, "code": "111"}, {"status": 403, "code": "111", "type": "dataset-no-access"}),
        Example({"status": 412, "code": "111"}, {"status": 404, "code": "112", "type": "dataset-not-found"}),
    ),
)


INPUT: Final = "validation-error"
"""Input is looked at before anything that special entries are about: existence, visibility, ownership, state."""


def expectations(
    route: Route, problems: Mapping[str, ProblemType], *, of_input: bool
) -> Iterator[Expectation]:
    """One for each code that the route map lists for the route. ``problems``: title and status of each problem type.
    ``of_input``: those that say the input is wrong, or all others.
    """
    for code, error in route.errors.items():
        if (error.type == INPUT) is not of_input:
            continue
        new = NewSide(problems[error.type].status, None, error.type, frozenset(error.errors))
        yield Expectation(Kind.STATUS, LegacySide(REFUSED, frozenset({code})), new)
