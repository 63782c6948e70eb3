"""An error changes nothing; PHP answers some errors after it has changed rows (new-API contract, decision 10)."""

from __future__ import annotations

from diffing.registry import Example
from diffing.rules.rule import Rule

RULE = Rule(
    id="rule-no-effect",
    title="An error changes nothing",
    why="PHP answers some errors after it has changed rows or files. In the new API every request is one transaction: "
    "an answer that is an error leaves all as it was.",
    guide="all",
    examples=(Example("a row deleted, then the error 455", "the error 455, no row deleted"),),
    near_misses=(Example("the error 455, no row deleted", "a row deleted, then the error 455"),),
)
