"""What can be many is a list, also when there is one or none."""

from __future__ import annotations

from diffing.paths import MISSING
from diffing.registry import Example
from diffing.rules.rule import Rule

RULE = Rule(
    id="rule-list",
    title="What can be many is a list",
    why="PHP leaves the key out for none, shows one as it is and several as a list. Now it is a list, perhaps empty.",
    guide="all",
    examples=(Example("basic", ["basic"]), Example({"name": "x"}, [{"name": "x"}]), Example(MISSING, [])),
    near_misses=(Example("basic", "basic"), Example(MISSING, None), Example(["a", "b"], ["b", "a"])),
)
